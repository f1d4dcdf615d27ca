"""Read PDB files that have a unit cell."""

import re
from collections.abc import Mapping

import gemmi
import numpy as np
from pymatgen.core import Lattice

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_lattice,
    check_number_of_sites,
    check_periodic,
)
from crysformer.structure.formats.symmetry.choose import choose
from crysformer.structure.formats.symmetry.expand import Sites
from crysformer.structure.formats.symmetry.settings import by_name
from crysformer.structure.stated import Stated

_UNIT = 1e-3  # Å: the digits of the format
_CELL = re.compile(r"^CRYST1", re.M)
_ATOM = re.compile(r"^(?:ATOM  |HETATM)([ \d]{5})[^\n]{0,54}+([^\n]{0,40}+)$", re.M)
_ELEMENT = re.compile(r"([A-Za-z]{1,2})(?:\d?[+-]|[+-]\d?)?$")
_PLACEHOLDER = 1.5  # Å: the cell of 1 Å that stands for none


def read_pdb(text: str) -> RawCrystal:
    """Read the atoms of the first model, expanded by the space group of CRYST1.

    Raises:
        StructureError: There is no cell, or too many atoms.
    """
    try:
        structure = gemmi.read_pdb_string(text)
    except (RuntimeError, ValueError, IndexError) as error:
        raise StructureError(
            "is a PDB file with broken lines; export it again, or give a CIF"
        ) from error
    cell = structure.cell
    if not _CELL.search(text) or cell.a < _PLACEHOLDER:
        check_periodic(np.zeros((3, 3)), np.zeros(3, bool))
    atoms = [site.atom for site in structure[0].all()] if len(structure) else []
    check_number_of_sites(len(atoms))
    elements = _elements(text)
    parameters = (cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma)
    lattice = np.array(Lattice.from_parameters(*parameters).matrix)
    check_lattice(lattice)
    coords = np.array([cell.fractionalize(atom.pos).tolist() for atom in atoms])
    units = np.broadcast_to(_UNIT / np.array(parameters[:3]), coords.shape)
    species = [
        [(elements.get(atom.serial, atom.element.name), atom.occ)] for atom in atoms
    ]
    settings = by_name(structure.spacegroup_hm or "P 1")
    if not settings:
        raise StructureError(
            f"has an unknown space group ({structure.spacegroup_hm[:30]!r} in CRYST1); "
            "list all atoms of the cell in P 1"
        )
    labels = [atom.name for atom in atoms]
    sites = Sites(labels, species, coords, units)
    _, expanded = choose(sites, settings, lattice, Stated())
    return RawCrystal(lattice, expanded.species, expanded.coords)


def _elements(text: str) -> Mapping[int, str]:
    """Return the element that ends the line of each atom, by serial number.

    Many programs write it a column beside its own, where only its second letter counts.
    """
    found = {}
    for serial, rest in _ATOM.findall(text):
        match = _ELEMENT.search(rest.rstrip())
        if match and serial.strip():
            symbol = match[1].capitalize()
            if gemmi.Element(symbol).atomic_number:
                found.setdefault(int(serial), symbol)
    return found
