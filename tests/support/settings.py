"""A crystal in every setting of every space group, made without the reader's help."""

from typing import NamedTuple

import numpy as np
import spglib
from pymatgen.core import Lattice, Structure

SETTINGS = range(1, 531)
"""Hall numbers: all settings of the International Tables."""
SPECIES = ("Na", "Cl")
SITES = np.array([[0.415, 0.288, 0.149], [0.453, 0.183, 0.223]])
"""General positions in every group, of three decimals."""
_METRIC = np.array([[400.0, 31, 47], [31, 361, -52], [47, -52, 441]])


class Example(NamedTuple):
    """A crystal and how files describe it.

    Attributes:
        structure: All atoms.
        operations: As triplets.
        hall: Hall symbol.
        number: International number.
        choice: Of axes or origin, as spglib names it.
    """

    structure: Structure
    operations: list[str]
    hall: str
    number: int
    choice: str


def example(hall_number: int, sites: np.ndarray = SITES) -> Example:
    """Make the crystal of one setting; its cell is as general as the group allows."""
    found = spglib.get_symmetry_from_database(hall_number)
    kind = spglib.get_spacegroup_type(hall_number)
    rotations, shifts = found["rotations"], found["translations"]
    metric = np.mean([r.T @ _METRIC @ r for r in rotations], axis=0)
    lattice = Lattice.from_parameters(*Lattice(np.linalg.cholesky(metric)).parameters)
    coords, species = [], []
    for symbol, site in zip(SPECIES, sites, strict=True):
        images = (rotations @ site + shifts) % 1
        _, first = np.unique(np.round(images, 6) % 1, axis=0, return_index=True)
        coords += images[first].tolist()
        species += [symbol] * len(first)
    triplets = [triplet(r, t) for r, t in zip(rotations, shifts, strict=True)]
    structure = Structure(lattice, species, coords)
    return Example(structure, triplets, kind.hall_symbol, kind.number, kind.choice)


def triplet(rotation: np.ndarray, shift: np.ndarray) -> str:
    """Write an operation, its translation in twenty-fourths first."""
    rows = []
    for row, part in zip(rotation, shift, strict=True):
        terms = "".join(
            f"{'-' if f < 0 else '+'}{x}" for f, x in zip(row, "xyz", strict=True) if f
        )
        rows.append((f"{round(part * 24) % 24}/24" if part else "") + terms)
    return ", ".join(rows)


def cif_of(
    example: Example, group: str, sites: np.ndarray = SITES, digits: int = 3
) -> str:
    """Write the independent sites, the cell, and lines that describe the group."""
    names = [f"length_{axis}" for axis in "abc"]
    names += [f"angle_{angle}" for angle in ("alpha", "beta", "gamma")]
    values = zip(names, example.structure.lattice.parameters, strict=True)
    rows = [
        f"{symbol}1 {symbol} " + " ".join(f"{x:.{digits}f}" for x in site)
        for symbol, site in zip(SPECIES, sites, strict=True)
    ]
    columns = ("label", "type_symbol", "fract_x", "fract_y", "fract_z")
    return "\n".join(
        [
            "data_setting",
            *(f"_cell_{name} {value:.9f}" for name, value in values),
            group,
            "loop_",
            *(f"_atom_site_{name}" for name in columns),
            *rows,
            "",
        ]
    )


def same_crystal(one: Structure, other: Structure) -> bool:
    """Tell whether two structures have the same elements on the same places."""
    if len(one) != len(other) or not np.allclose(
        one.lattice.parameters, other.lattice.parameters, atol=1e-5
    ):
        return False
    numbers = np.array(other.atomic_numbers)
    for site in one:
        apart = other.frac_coords - site.frac_coords
        apart -= np.round(apart)
        near = np.abs(apart).max(axis=1) < 1e-4
        if near.sum() != 1 or numbers[near][0] != site.specie.Z:
            return False
    return True
