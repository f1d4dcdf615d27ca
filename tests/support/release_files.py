"""Releases as their publishers would serve them, small, and what is made of them."""

import dataclasses
import gzip
import io
import json
import zipfile
from pathlib import Path

from crysformer.data.fetch import fetch
from crysformer.data.releases import RELEASES, Release
from tests.support.loopback import serve

CUBIC = [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]
SKEWED = [[4.0, 0.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.5, 5.0]]


def record(number: int, **changes: object) -> dict:
    """One record in JARVIS's form, with every label but those changed."""
    labels = {
        key: number + index / 4 for index, key in enumerate(RELEASES["jarvis"].labels)
    }
    atoms = {
        "lattice_mat": CUBIC,
        "coords": [[0.0, 0.0, 0.0], [2.0, 2.0, 1.0]],
        "elements": ["Na", "Cl"],
        "cartesian": True,
    }
    return {"jid": f"JVASP-{number}", "atoms": atoms, "spg": "225", **labels, **changes}


def zipped(content: object, name: str = "release.json") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        text = content if isinstance(content, str) else json.dumps(content)
        archive.writestr(name, text)
        archive.writestr(f"__MACOSX/._{name}", "resource fork")
    return buffer.getvalue()


def jarvis_at(base: str, **changes: object) -> Release:
    return dataclasses.replace(
        RELEASES["jarvis"],
        **{"url": f"{base}/zip", "md5_url": f"{base}/md5", "n_records": 20, **changes},
    )


def fetched(
    out: Path, files: dict[str, bytes], **changes: object
) -> dict[str, list[dict]]:
    with serve(files) as base:
        paths = fetch("jarvis", out, release=jarvis_at(base, **changes))
    return {path.name.split(".")[0]: rows(path) for path in paths}


def rows(path: Path) -> list[dict]:
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def ids(part: list[dict]) -> list[str]:
    return [row["id"] for row in part]
