"""Read the cell and the atoms of a CUBE file of Gaussian."""

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import BOHR, MAX_WIDTH, numbers, species
from crysformer.structure.formats.raw import MAX_SITES, RawCrystal, check_number_of_sites

_LINES = 2 + 1 + 3 + MAX_SITES


def read_cube(text: str) -> RawCrystal:
    """Read the atoms of a CUBE file; the grid's box is taken for the cell.

    Raises:
        StructureError: It is cut off, or has a number that is none.
    """
    lines = [line[:MAX_WIDTH].split() for line in text.split("\n", _LINES)[:_LINES]]
    count, *origin = numbers(lines[2], 4, "atoms and origin")
    number = abs(int(count))
    check_number_of_sites(number)
    grid = np.array([numbers(words, 4, "the grid") for words in lines[3:6]])
    # A negative number of points says that lengths are in Å.
    unit = BOHR if grid[0, 0] > 0 else 1.0
    lattice = np.abs(grid[:, :1]) * grid[:, 1:] * unit
    atoms = lines[6 : 6 + number]
    if len(atoms) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(atoms)}; give the whole file"
        )
    coords = [
        numbers(words[2:], 3, f"atom {atom}") for atom, words in enumerate(atoms, start=1)
    ]
    places = (np.array(coords) - origin) * unit
    sites = [species(words[0]) for words in atoms]
    sentence = "The box of the grid was taken for the cell; of a molecule, it is none."
    return RawCrystal(lattice, sites, places, cartesian=True, warnings=[sentence])
