"""Read rndstr.in and bestsqs.out of mcsqs (ATAT): a cell in units of another."""

import numpy as np
from pymatgen.core import Lattice

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import known_lines, numbers
from crysformer.structure.formats.raw import RawCrystal, Species, check_number_of_sites


def read_mcsqs(text: str) -> RawCrystal:
    """Read the crystal of a file of mcsqs.

    The first lines give the axes of the coordinates, the next three the cell in units of
    these axes; sites follow, with several species such as ``Ni=0.5,Fe=0.5``.

    Raises:
        StructureError: Something is missing or no number.
    """
    lines = known_lines(text)
    if len(lines[0]) == 6:
        parameters = numbers(lines[0], 6, "the axes")
        axes, lines = np.array(Lattice.from_parameters(*parameters).matrix), lines[1:]
    else:
        axes = np.array([numbers(words, 3, "the axes") for words in lines[:3]])
        lines = lines[3:]
    lattice = np.array([numbers(words, 3, "the cell") for words in lines[:3]]) @ axes
    rows = lines[3:]
    check_number_of_sites(len(rows))
    coords = np.array(
        [numbers(words, 3, f"site {site}") for site, words in enumerate(rows, start=1)]
    )
    sites = [
        _species("".join(words[3:]), site) for site, words in enumerate(rows, start=1)
    ]
    return RawCrystal(lattice, sites, coords @ axes, cartesian=True)


def _species(text: str, site: int) -> Species:
    """Read ``Ni`` or ``Ni=0.5,Fe=0.5``."""
    found = []
    for part in text.strip(",").split(","):
        symbol, _, share = part.partition("=")
        if not symbol:
            raise StructureError(f"names no element at site {site}; add it")
        amount = numbers([share], 1, f"site {site}")[0] if share else 1.0
        found.append((symbol, amount))
    return found
