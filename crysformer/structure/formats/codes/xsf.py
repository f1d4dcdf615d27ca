"""Read XSF files of XCrySDen: a crystal, or the steps of one (AXSF)."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import bounded_lines, numbers, species
from crysformer.structure.formats.raw import (
    Entry,
    RawCrystal,
    check_number_of_entries,
    check_number_of_sites,
    check_periodic,
)

_PERIODIC = {"MOLECULE": 0, "POLYMER": 1, "SLAB": 2, "CRYSTAL": 3}
_VECTORS = "PRIMVEC"
_COORDINATES = "PRIMCOORD"
_MAX_LINES = 400_000


def read_xsf(text: str) -> Sequence[Entry]:
    """Find the steps of an XSF file; grids of densities are left aside.

    Raises:
        StructureError: It is a molecule, a polymer or a slab, or has no cell.
    """
    text = text.partition("BEGIN_BLOCK")[0]
    lines = [line.partition("#")[0].strip() for line in bounded_lines(text, _MAX_LINES)]
    lines = [line for line in lines if line]
    cells, starts = [], []
    for place, line in enumerate(lines):
        if not line[0].isalpha():
            continue
        word = line.split(maxsplit=1)[0].upper()
        if (directions := _PERIODIC.get(word, 3)) < 3:
            check_periodic(np.eye(3), np.arange(3) < directions)
        if word == _VECTORS:
            cells.append(place)
        elif word == _COORDINATES:
            starts.append(place)
    if not cells:
        check_periodic(np.zeros((3, 3)), np.zeros(3, bool))
    if not starts:
        raise StructureError(
            f"has a cell but no atoms ({_COORDINATES}); give the whole file"
        )
    check_number_of_entries(len(starts))
    # The cell before the atoms, or the last one where none is.
    before = [cells[bisect_left(cells, start) - 1] for start in starts]
    return [
        Entry("", partial(_read_step, lines, cell, start))
        for cell, start in zip(before, starts, strict=True)
    ]


def _read_step(lines: Sequence[str], cell: int, start: int) -> RawCrystal:
    rows = [numbers(line.split(), 3, _VECTORS) for line in lines[cell + 1 : cell + 4]]
    header = lines[start + 1].split() if start + 1 < len(lines) else []
    number = int(numbers(header, 1, f"the count behind {_COORDINATES}")[0])
    check_number_of_sites(number)
    atoms = [line.split() for line in lines[start + 2 : start + 2 + number]]
    if len(atoms) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(atoms)}; give the whole file"
        )
    coords = [
        numbers(words[1:], 3, f"atom {atom}") for atom, words in enumerate(atoms, start=1)
    ]
    return RawCrystal(rows, [species(words[0]) for words in atoms], coords, True)
