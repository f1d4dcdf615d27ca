"""Download the public training data from its publishers into the project's own format.

Each release of ``releases.py`` becomes ``train.jsonl.gz``, ``val.jsonl.gz`` and
``test.jsonl.gz``, whose rows are
``{"id", "structure": {"lattice", "frac_coords", "species"}, "labels": {name: value}}``:
lattice rows are vectors in Å, labels keep the publisher's units, missing ones are absent.
"""

import gzip
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from crysformer.data.records import Row, published_md5, read_rows
from crysformer.data.releases import RELEASES, Release
from crysformer.data.splits import PARTS, alignn_split, each_id_once, published_split
from crysformer.download import download
from crysformer.errors import DataError, SettingsError


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
                f"There is no data set {name!r} to fetch; choose from "
                f"{', '.join(RELEASES)}."
            )
        release = RELEASES[name]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".fetch-") as folder:
            archive = Path(folder) / "release.zip"
            checksum = published_md5(release)
            download(release.url, archive, max_bytes=release.max_bytes, checksum=checksum)
            rows = read_rows(archive, release)
            if release.split_url:
                ids = Path(folder) / "split.zip"
                download(release.split_url, ids, max_bytes=release.max_bytes)
                split = published_split(ids, rows, release)
            else:
                eligible = [i for i, row in enumerate(rows) if row.in_split]
                split = {
                    part: [eligible[i] for i in chosen]
                    for part, chosen in alignn_split(len(eligible)).items()
                }
            split = each_id_once(split, [row.id for row in rows])
            written = [
                _write_part(Path(folder) / f"{part}.jsonl.gz", rows, split[part])
                for part in PARTS
            ]
            for path in written:
                os.replace(path, out / path.name)
    except OSError as error:
        raise DataError(f"Cannot write to {out}: {error.strerror or error}.") from error
    return [out / path.name for path in written]


def _write_part(path: Path, rows: Sequence[Row], chosen: Sequence[int]) -> Path:
    """Write one part; the same rows give the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for i in chosen:
            file.write(rows[i].line.encode() + b"\n")
    return path
