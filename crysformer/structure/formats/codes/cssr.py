"""Read CSSR files, as zeolite databases and Zeo++ write them."""

import re

import numpy as np
from pymatgen.core import Lattice

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import numbers, species
from crysformer.structure.formats.raw import (
    MAX_SITES,
    RawCrystal,
    check_lattice,
    check_number_of_sites,
)
from crysformer.structure.formats.symmetry.choose import choose
from crysformer.structure.formats.symmetry.expand import Sites
from crysformer.structure.formats.symmetry.settings import by_name, by_number
from crysformer.structure.stated import Stated

_MAX_WIDTH = 200
_MAX_LINES = MAX_SITES + 4
_GROUP = re.compile(r"SPGR\s*=\s*(\d{1,3})\s*+([^=]{0,40}?)\s*+(?:OPT\b|$)", re.I)


def read_cssr(text: str) -> RawCrystal:
    """Read the crystal of a CSSR file, expanded by its space group.

    Raises:
        StructureError: It is cut off, or its space group does not fit.
    """
    lines = [line[:_MAX_WIDTH] for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]]
    lengths, angles = (
        numbers(re.findall(r"[-+\d.]{1,20}", _behind(line)), 3, "the cell")
        for line in lines[:2]
    )
    lattice = np.array(Lattice.from_parameters(*lengths, *angles).matrix)
    check_lattice(lattice)
    header = lines[2].split() if len(lines) > 2 else []
    number = int(numbers(header, 1, "atoms")[0])
    check_number_of_sites(number)
    cartesian = header[1:2] == ["1"]
    rows = [words for words in map(str.split, lines[4 : 4 + number]) if words]
    if len(rows) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(rows)}; give the whole file"
        )
    coords = np.array(
        [
            numbers(words[2:], 3, f"atom {atom}")
            for atom, words in enumerate(rows, start=1)
        ]
    )
    if cartesian:
        coords = coords @ np.linalg.inv(lattice)
    sites = [species(words[1]) for words in rows]
    group = _GROUP.search(lines[1])
    if group is None or int(group[1]) <= 1:
        return RawCrystal(lattice, sites, coords)
    settings = by_name(group[2]) or by_number(int(group[1]))
    if not settings:
        raise StructureError(
            f"has an unknown space group ({group[0][:40]}); list all atoms in P 1"
        )
    labels = [words[1] for words in rows]
    listed = Sites(labels, sites, coords, np.full_like(coords, 1e-4))
    _, atoms = choose(listed, settings, lattice, Stated())
    return RawCrystal(lattice, atoms.species, atoms.coords)


def _behind(line: str) -> str:
    """Return what stands behind the names of cell parameters, before the group."""
    return line.upper().partition("SPGR")[0].rpartition("=")[2]
