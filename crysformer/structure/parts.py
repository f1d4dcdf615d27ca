"""The crystals of a file that holds many, each as a file of its own."""

import json

import numpy as np

from crysformer.errors import StructureError, plain
from crysformer.structure.decode import decoded
from crysformer.structure.formats.raw import Entry, RawCrystal
from crysformer.structure.formats.recognise import find_entries
from crysformer.structure.read import checked_places, named_faults

MAX_PARTS = 1000
"""Crystals of one file that are read."""
MAX_NAME = 40
"""Characters of a crystal's own name that are shown."""


def parts_of(content: bytes, name: str) -> list[tuple[str, bytes | StructureError]]:
    """Part a list, a trajectory or a CIF of several blocks into single crystals.

    Args:
        content: The file as it is.
        name: What to call it.

    Returns:
        Name and content of each crystal, in the order of the file: its own lines where
        it has some, otherwise a JSON of pymatgen's form; or what is wrong with it. The
        file itself where it holds one crystal, or none.
    """
    try:
        with named_faults(name):
            _, entries = find_entries(decoded(content))
    except StructureError:
        return [(name, content)]  # Whoever reads it is told why.
    if len(entries) == 1:
        return [(name, content)]
    found = [_part(entry, number, name) for number, entry in _numbered(entries)]
    if len(entries) > MAX_PARTS:
        fault = (
            f"{name} holds {len(entries)} crystals, more than the limit of {MAX_PARTS}; "
            "split it"
        )
        found.append((name, StructureError(fault)))
    return found


def _numbered(entries: list[Entry]) -> list[tuple[int, Entry]]:
    return list(enumerate(entries[:MAX_PARTS], start=1))


def _part(entry: Entry, number: int, name: str) -> tuple[str, bytes | StructureError]:
    label = " ".join(f"{name} #{number} {plain(entry.name[:MAX_NAME])}".split())
    if entry.text is not None:
        return label, entry.text().encode()
    try:
        with named_faults(label):
            return label, _document(entry.read()).encode()
    except StructureError as fault:
        return label, fault


def _document(raw: RawCrystal) -> str:
    """Write what a file says of a crystal as JSON."""
    lattice, frac_coords = checked_places(raw)
    sites = [
        {
            "species": [{"element": str(kind), "occu": share} for kind, share in species],
            "abc": place,
        }
        for species, place in zip(
            raw.sites, np.asarray(frac_coords).tolist(), strict=True
        )
    ]
    return json.dumps({"lattice": {"matrix": lattice.tolist()}, "sites": sites})
