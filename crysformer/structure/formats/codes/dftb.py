"""Read .gen files of DFTB+."""

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import known_lines, numbers, species
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_number_of_sites,
    check_periodic,
)


def read_gen(text: str) -> RawCrystal:
    """Read the crystal of a .gen file, with fractional (F) or Cartesian (S) coordinates.

    Raises:
        StructureError: It is a cluster (C), or cut off.
    """
    lines = known_lines(text, "#")
    number, kind = int(lines[0][0]), lines[0][1].upper()
    check_number_of_sites(number)
    if kind not in ("S", "F"):
        check_periodic(np.zeros((3, 3)), np.zeros(3, bool))
    if len(lines) < number + 6:
        raise StructureError(
            f"says it has {number} atoms but {len(lines)} lines; give the whole file"
        )
    names = lines[1]
    sites, coords = [], []
    for atom, words in enumerate(lines[2 : 2 + number], start=1):
        _, index, *place = [*numbers(words, 5, f"atom {atom}")]
        if not 1 <= index <= len(names):
            raise StructureError(
                f"has type {index:g} for atom {atom} but names {len(names)} elements"
            )
        sites.append(species(names[int(index) - 1]))
        coords.append(place)
    rows = [numbers(words, 3, "the cell") for words in lines[number + 3 : number + 6]]
    return RawCrystal(rows, sites, coords, cartesian=kind == "S")
