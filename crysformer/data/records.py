"""Read the records of a published release: a zip with one long JSON list."""

import io
import json
import math
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from crysformer.data.releases import Release
from crysformer.download import CHUNK, opened
from crysformer.errors import DataError

MAX_RECORD = 64 * CHUNK  # a longer stretch without one whole record is not this format
_SEPARATOR = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One record in our format, already encoded: a parsed list would need gigabytes."""

    id: str
    in_split: bool
    line: str


def published_md5(release: Release) -> str | None:
    """Return the checksum that figshare states, as ``md5:...``, if it states one.

    Args:
        release: Whose archive it is of; that there is none is said on stderr.
    """
    try:
        with opened(release.md5_url) as response:
            record = json.loads(response.read(CHUNK))
        stated = record["computed_md5"] or record["supplied_md5"]
    except (DataError, KeyError, TypeError):
        stated = None
    if not stated:
        print(
            f"No checksum is published at {release.md5_url}; the number of records and "
            "the archive's own CRC are checked instead.",
            file=sys.stderr,
        )
        return None
    return f"md5:{stated}"


@contextmanager
def json_member(archive: Path, source: str) -> Iterator[TextIO]:
    """Open the one JSON file of a zip as text; damage becomes one sentence.

    Args:
        archive: The zip.
        source: Its address, for the sentence.

    Raises:
        DataError: It is damaged, or does not hold exactly one JSON file.
    """
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
        raise DataError(
            f"The download from {source} is not an intact zip: {error}."
        ) from error
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


def read_rows(archive: Path, release: Release) -> list[Row]:
    """Convert every record, in the order of the release, and check their number.

    Args:
        archive: The downloaded zip.
        release: What it should hold.

    Raises:
        DataError: A record is not of the expected form, or their number is another.
    """
    rows: list[Row] = []
    seen: Counter[str] = Counter()
    with json_member(archive, release.url) as stream:
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
            rows.append(Row(name, release.split_label in labels, line))
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
