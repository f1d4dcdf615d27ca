"""Read XSF files of XCrySDen: a crystal, or the steps of one (AXSF)."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import known_lines, numbers, species
from crysformer.structure.formats.raw import (
    Entry,
    RawCrystal,
    check_number_of_sites,
    check_periodic,
)

_PERIODIC = {"MOLECULE": 0, "POLYMER": 1, "SLAB": 2, "CRYSTAL": 3}
_VECTORS = "PRIMVEC"
_COORDINATES = "PRIMCOORD"


def read_xsf(text: str) -> Sequence[Entry]:
    """Find the steps of an XSF file; grids of densities are left aside.

    Raises:
        StructureError: It is a molecule, a polymer or a slab, or has no cell.
    """
    lines = known_lines(text.partition("BEGIN_BLOCK")[0], "#")
    for words in lines:
        if (directions := _PERIODIC.get(words[0].upper(), 3)) < 3:
            check_periodic(np.eye(3), np.arange(3) < directions)
    cells = [place for place, words in enumerate(lines) if words[0].upper() == _VECTORS]
    starts = [
        place for place, words in enumerate(lines) if words[0].upper() == _COORDINATES
    ]
    if not cells:
        check_periodic(np.zeros((3, 3)), np.zeros(3, bool))
    if not starts:
        raise StructureError(
            f"has a cell but no atoms ({_COORDINATES}); give the whole file"
        )
    found = []
    for start in starts:
        before = [cell for cell in cells if cell < start] or cells
        found.append(Entry("", partial(_read_step, lines, before[-1], start)))
    return found


def _read_step(lines: Sequence[list[str]], cell: int, start: int) -> RawCrystal:
    rows = [numbers(words, 3, _VECTORS) for words in lines[cell + 1 : cell + 4]]
    header = lines[start + 1] if start + 1 < len(lines) else []
    number = int(numbers(header, 1, f"the count behind {_COORDINATES}")[0])
    check_number_of_sites(number)
    atoms = lines[start + 2 : start + 2 + number]
    if len(atoms) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(atoms)}; give the whole file"
        )
    coords = [
        numbers(words[1:], 3, f"atom {atom}") for atom, words in enumerate(atoms, start=1)
    ]
    return RawCrystal(rows, [species(words[0]) for words in atoms], coords, True)
