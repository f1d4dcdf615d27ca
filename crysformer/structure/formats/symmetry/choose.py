"""Which of several settings a file means: the cell, its formula and the atoms tell.

Names such as F d -3 m (two origins), R -3 m (two kinds of axes) or P 21 (three unique
axes) stand for several lists of operations. The rule is our own: the operations have to
keep the metric of the cell; where the file states a formula, Z or multiplicities, they
have to give them; and atoms do not come closer than their covalent radii allow. Where
that leaves several crystals, the file is refused.
"""

from collections.abc import Mapping, Sequence

import gemmi
import numpy as np
from pymatgen.core import Lattice

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.symmetry.expand import Expanded, Sites, expand
from crysformer.structure.formats.symmetry.operations import keeps_metric
from crysformer.structure.formats.symmetry.settings import Setting, first_names
from crysformer.structure.stated import Stated, amounts_of

# Distances over the sum of covalent radii. The shortest there are belong to metals (0.70
# in uranium) and to their multiple bonds (0.68 in the uranyl ion); among other elements
# N2 has 0.77. Short bonds between like nonmetals lead to two neighbours at most.
_SHORTEST_OF_METALS = 0.65
_SHORTEST = 0.75
_SHORTEST_THIRD = 0.9
_NONMETALS = frozenset({"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl"}) | {
    *("Ge", "As", "Se", "Br", "Sn", "Sb", "Te", "I")
}
_MULTIPLE = frozenset({"V", "Nb", "Mo", "W", "Re", "U", "Np", "Pu", "Am"})
_SAME = 1e-3


def choose(
    sites: Sites, settings: Sequence[Setting], lattice: FloatArray, stated: Stated
) -> tuple[Setting, Expanded]:
    """Return the setting that a file means, and the atoms it gives.

    Args:
        sites: As listed.
        settings: What the file may mean, the likeliest first; at least one.
        lattice: Rows are the cell vectors, in Å.
        stated: What the file says of the crystal.

    Raises:
        StructureError: No setting fits, or several give different crystals.
    """
    fitting = [each for each in settings if keeps_metric(each.operations, lattice).all()]
    if not fitting:
        raise metric_fault(first_names(settings), lattice)
    found: list[tuple[Setting, Expanded]] = []
    faults: list[StructureError] = []
    for setting in fitting:
        try:
            found.append((setting, expand(sites, setting.operations, lattice)))
        except StructureError as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    if len(found) > 1:
        found = [each for each in found if agrees(each[1], sites, stated)] or found
    if len(found) > 1:
        found = _without_close_contacts(found, lattice)
    setting, atoms = found[0]
    others = [each for each in found[1:] if not _same(atoms, each[1])]
    if others:
        raise ambiguous([(setting, atoms), *others])
    return setting, atoms


def metric_fault(name: str, lattice: FloatArray) -> StructureError:
    """Return the error for operations that do not map the cell onto itself."""
    cell = Lattice(lattice)
    lengths = ", ".join(f"{length:.5g}" for length in cell.abc)
    angles = ", ".join(f"{angle:.5g}" for angle in cell.angles)
    return StructureError(
        f"says that its space group is {name[:60]}, whose operations do not fit a cell "
        f"of {lengths} Å and {angles}°; correct the cell or the space group"
    )


def ambiguous(found: Sequence[tuple[Setting, Expanded]]) -> StructureError:
    """Return the error for settings that give different crystals."""
    listed = " or ".join(
        f"{_formula(atoms)} ({setting.name})" for setting, atoms in found[:3]
    )
    return StructureError(
        f"does not say which setting of its space group is meant, {listed}; list the "
        "symmetry operations, or give the setting behind a colon in its name"
    )


def agrees(atoms: Expanded, sites: Sites, stated: Stated) -> bool:
    """Tell whether expanded atoms have the formula, Z and multiplicities of the file."""
    given = zip(sites.stated, atoms.multiplicities, strict=False)
    return stated.agrees_with(amounts_of(atoms.species)) and all(
        not expected or expected == number for expected, number in given
    )


def _formula(atoms: Expanded) -> str:
    amounts: Mapping[str, float] = amounts_of(atoms.species)
    return "".join(f"{key}{value:.4g}" for key, value in amounts.items())[:60]


def _without_close_contacts(
    found: Sequence[tuple[Setting, Expanded]], lattice: FloatArray
) -> list[tuple[Setting, Expanded]]:
    """Leave out settings whose atoms come too close, if another setting has none such."""
    kept = [each for each in found if _contact(each[1], lattice) >= 1]
    return kept or list(found)


def _contact(atoms: Expanded, lattice: FloatArray) -> float:
    """Return the shortest distance of two atoms over the least that is plausible."""
    # Parts of atoms may be close to others because these are not there.
    whole = [
        index
        for index, species in enumerate(atoms.species)
        if sum(share for _, share in species) > 0.9
    ]
    if not whole:
        return np.inf
    matrix = Lattice(lattice).get_lll_reduced_lattice().matrix
    coords = atoms.coords[whole] @ lattice @ np.linalg.inv(matrix)
    symbols = [str(atoms.species[index][0][0]) for index in whole]
    radii = np.array([_radius(symbol) for symbol in symbols])
    metal = np.array([symbol not in _NONMETALS for symbol in symbols])
    multiple = np.array([symbol in _MULTIPLE for symbol in symbols])
    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1
    closest = np.inf
    for row, coord in enumerate(coords):
        apart = coords - coord
        apart -= np.round(apart)
        distances = np.linalg.norm((apart[:, None] + shifts) @ matrix, axis=2)
        distances[row, 13] = np.inf  # the atom itself
        ratios = distances.min(axis=1) / (radii + radii[row])
        short = (metal & metal[row]) | multiple | multiple[row]
        least = np.where(short, _SHORTEST_OF_METALS, _SHORTEST)
        closest = min(closest, (ratios / least).min())
        like = np.sort(distances[np.array(symbols) == symbols[row]], axis=None)
        if len(like) > 2 and symbols[row] in _NONMETALS:
            closest = min(closest, like[2] / (2 * radii[row]) / _SHORTEST_THIRD)
    return float(closest)


def _radius(symbol: str) -> float:
    return gemmi.Element(symbol).covalent_r


def _same(one: Expanded, other: Expanded) -> bool:
    """Tell whether two settings put the same species on the same places."""
    if len(one.coords) != len(other.coords):
        return False
    for species, coord in zip(one.species, one.coords, strict=True):
        apart = other.coords - coord
        near = np.abs(apart - np.round(apart)).max(axis=1) < _SAME
        if not near.any() or other.species[int(near.argmax())] != species:
            return False
    return True
