"""Download the public training data from its publishers into the project's own format.

Each release of ``releases.py`` becomes ``train.jsonl.gz``, ``val.jsonl.gz`` and
``test.jsonl.gz``, whose rows are
``{"id", "structure": {"lattice", "frac_coords", "species"}, "labels": {name: value}}``:
lattice rows are vectors in Å, labels keep the publisher's units, missing ones are absent.
"""

import gzip
import hashlib
import io
import json
import math
import os
import random
import re
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

import numpy as np

from crysformer.download import CHUNK, download, opened
from crysformer.errors import DataError, SettingsError
from crysformer.releases import RELEASES, Release

PARTS = ("train", "val", "test")
MAX_RECORD = 64 * CHUNK  # a longer stretch without one whole record is not this format
_SEPARATOR = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class _Row:
    """One record in our format, already encoded: a parsed list would need gigabytes."""

    id: str
    in_split: bool
    line: str


def fetch(
    name: Literal["jarvis", "mp"], out: Path, *, release: Release | None = None
) -> list[Path]:
    """Download one release and write its three parts, replacing older ones at the end.

    Args:
        name: Which of the known releases.
        out: Folder of the three files, made where missing.
        release: What to read instead of the known one, such as a mirror of it.

    Returns:
        The three paths: train, validation, test.

    Raises:
        SettingsError: No release has that name.
        DataError: The download failed, is not what was expected, or cannot be written.
    """
    if release is None:
        if name not in RELEASES:
            raise SettingsError(
                f"There is no data set {name!r} to fetch; there is {', '.join(RELEASES)}."
            )
        release = RELEASES[name]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".fetch-") as folder:
            archive = Path(folder) / "release.zip"
            download(release.url, archive, max_bytes=release.max_bytes)
            _check_md5(archive, release)
            rows = _read_rows(archive, release)
            if release.split_url:
                download(release.split_url, archive, max_bytes=release.max_bytes)
                split = _published_split(archive, rows, release)
            else:
                eligible = [i for i, row in enumerate(rows) if row.in_split]
                split = {
                    part: [eligible[i] for i in chosen]
                    for part, chosen in alignn_split(len(eligible)).items()
                }
            split = _each_id_once(split, [row.id for row in rows])
            written = [
                _write_part(Path(folder) / f"{part}.jsonl.gz", rows, split[part])
                for part in PARTS
            ]
            for path in written:
                os.replace(path, out / path.name)
    except OSError as error:
        raise DataError(f"Cannot write to {out}: {error.strerror or error}.") from error
    return [out / path.name for path in written]


def alignn_split(n_rows: int, *, seed: int = 123) -> dict[str, list[int]]:
    """Deal rows into 80, 10 and 10 % exactly as ALIGNN does.

    ALIGNN's ``get_id_train_val_test`` shuffles the positions with Python's own generator,
    takes the training rows from the front and the test rows from the end, with validation
    before them. All sizes are rounded down, so up to two rows belong to no part. (A
    later version of that function returns more rows as test; benchmarks use this one.)

    Args:
        n_rows: Rows that have the label, in the order of the release.
        seed: Seed of the shuffle.

    Returns:
        Positions of the rows of each part, in shuffled order.
    """
    order = list(range(n_rows))
    random.Random(seed).shuffle(order)
    n_train, n_held_out = int(0.8 * n_rows), int(0.1 * n_rows)
    start_of_test = n_rows - n_held_out
    return {
        "train": order[:n_train],
        "val": order[start_of_test - n_held_out : start_of_test],
        "test": order[start_of_test:],
    }


def _check_md5(archive: Path, release: Release) -> None:
    """Compare with the MD5 figshare states, where it states one."""
    try:
        with opened(release.md5_url) as response:
            record = json.loads(response.read(CHUNK))
        expected = record["computed_md5"] or record["supplied_md5"]
    except (DataError, KeyError, TypeError):
        expected = None
    if not expected:
        print(
            f"No checksum is published at {release.md5_url}; the number of records and "
            "the archive's own CRC are checked instead.",
            file=sys.stderr,
        )
        return
    with archive.open("rb") as file:
        actual = hashlib.file_digest(file, "md5").hexdigest()
    if actual != expected:
        raise DataError(f"{release.url} has MD5 {actual}; figshare states {expected}.")


@contextmanager
def _json_member(archive: Path, source: str) -> Iterator[TextIO]:
    """Open the one JSON file of a zip as text; damage becomes one sentence."""
    try:
        with zipfile.ZipFile(archive) as content:
            names = [
                name
                for name in content.namelist()
                if name.endswith(".json") and not name.startswith("__MACOSX/")
            ]
            if len(names) != 1:
                raise DataError(
                    f"The zip from {source} holds {len(names)} JSON files, not 1."
                )
            with content.open(names[0]) as member:
                yield io.TextIOWrapper(member, encoding="utf-8")
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"What {source} sent is not an intact zip: {error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"The JSON from {source} is not UTF-8: {error}.") from error


def _records(stream: TextIO, source: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of one JSON list without ever holding the whole list."""
    decode = json.JSONDecoder().raw_decode
    buffer = stream.read(CHUNK).lstrip()
    if not buffer.startswith("["):
        raise DataError(f"The JSON from {source} is not a list of records.")
    position, count = 1, 0
    while True:
        position = _SEPARATOR.match(buffer, position).end()  # type: ignore[union-attr]
        if buffer.startswith("]", position):
            return
        try:
            record, position = decode(buffer, position)
        except json.JSONDecodeError:
            more = stream.read(CHUNK)
            buffer, position = buffer[position:] + more, 0
            if not more or len(buffer) > MAX_RECORD:
                raise DataError(
                    f"The JSON from {source} is damaged or cut off after record {count}."
                ) from None
            continue
        count += 1
        yield record


def _read_rows(archive: Path, release: Release) -> list[_Row]:
    """Convert every record, in the order of the release, and check their number."""
    rows: list[_Row] = []
    seen: Counter[str] = Counter()
    with _json_member(archive, release.url) as stream:
        for number, record in enumerate(_records(stream, release.url), start=1):
            where = f"Record {number} of {release.url}"
            try:
                name = str(record[release.id_key])
                structure = _structure(record["atoms"])
                labels = _labels(record, release)
            except KeyError as error:
                raise DataError(f"{where} has no {error.args[0]!r}.") from error
            except (TypeError, ValueError, np.linalg.LinAlgError) as error:
                raise DataError(f"{where} cannot be read: {error}.") from error
            seen.update(labels.keys())
            row = {"id": name, "structure": structure, "labels": labels}
            line = json.dumps(row, separators=(",", ":"), allow_nan=False)
            rows.append(_Row(name, release.split_label in labels, line))
    if len(rows) != release.n_records:
        raise DataError(
            f"{release.url} holds {len(rows):,} records; the release that the split is "
            f"defined on has {release.n_records:,}."
        )
    absent = [
        key
        for key, label in release.labels.items()
        if not seen[label] and label not in release.optional
    ]
    if absent:
        raise DataError(
            f"No record of {release.url} has a value for {', '.join(absent)}."
        )
    return rows


def _structure(atoms: Mapping[str, Any]) -> dict[str, Any]:
    """Convert JARVIS's atoms to lattice, fractional coordinates and species."""
    lattice = np.asarray(atoms["lattice_mat"], dtype=float)
    coords = np.asarray(atoms["coords"], dtype=float)
    species = [str(element) for element in atoms["elements"]]
    if lattice.shape != (3, 3) or coords.shape != (len(species), 3) or not species:
        raise ValueError(
            f"lattice {lattice.shape}, coordinates {coords.shape}, {len(species)} species"
        )
    frac_coords = coords @ np.linalg.inv(lattice) if atoms["cartesian"] else coords
    # Eight decimals are 1e-7 Å, far below what a relaxation fixes; adding 0.0 drops -0.0.
    return {
        "lattice": (lattice.round(8) + 0.0).tolist(),
        "frac_coords": (frac_coords.round(8) + 0.0).tolist(),
        "species": species,
    }


def _labels(record: Mapping[str, Any], release: Release) -> dict[str, float]:
    """Read the labels that a record has: not "na", not NaN, not a failed calculation."""
    labels = {}
    for key, label in sorted(release.labels.items(), key=lambda item: item[1]):
        value = record.get(key)
        if value is None or value == "na":
            continue
        number = float(value)
        if math.isfinite(number) and (number > 0 or label not in release.positive):
            labels[label] = number
    return labels


def _published_split(
    archive: Path, rows: Sequence[_Row], release: Release
) -> dict[str, list[int]]:
    """Look up the rows of the ids that a publisher lists for each part."""
    with _json_member(archive, release.split_url) as stream:
        try:
            listed = {part: set(map(str, ids)) for part, ids in json.load(stream).items()}
        except (AttributeError, TypeError, json.JSONDecodeError) as error:
            raise DataError(f"{release.split_url} does not list ids by part.") from error
    sizes = tuple(len(listed.get(part, ())) for part in PARTS)
    if sizes != release.split_sizes:
        raise DataError(
            f"{release.split_url} lists {sizes} ids, not {release.split_sizes}."
        )
    unknown = set.union(*(listed[part] for part in PARTS)) - {row.id for row in rows}
    if unknown:
        raise DataError(
            f"{release.url} lacks {len(unknown):,} of the ids that {release.split_url} "
            f"lists, such as {min(unknown)}."
        )
    return {
        part: [i for i, row in enumerate(rows) if row.id in listed[part]]
        for part in PARTS
    }


def _each_id_once(
    split: Mapping[str, Sequence[int]], ids: Sequence[str]
) -> dict[str, list[int]]:
    """Keep one row of every id, in release order, so that no test crystal is learnt."""
    taken: set[str] = set()
    kept: dict[str, list[int]] = {}
    for part in reversed(PARTS):  # test has the first claim, then validation
        kept[part] = []
        for i in sorted(split[part]):
            if ids[i] not in taken:
                taken.add(ids[i])
                kept[part].append(i)
    return kept


def _write_part(path: Path, rows: Sequence[_Row], chosen: Sequence[int]) -> Path:
    """Write one part; the same rows give the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for i in chosen:
            file.write(rows[i].line.encode() + b"\n")
    return path
