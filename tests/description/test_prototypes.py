"""Structure types: said where they fit, and not where they do not."""

import pytest
from pymatgen.core import Lattice, Structure

from crysformer.description.prototypes import MAX_ATOMS, find_prototype
from crysformer.library.catalogue import load_library


def cubic(group, a, species, coords):
    return Structure.from_spacegroup(group, Lattice.cubic(a), species, coords)


ORIGIN, QUARTER, HALF = [0.0] * 3, [0.25] * 3, [0.5] * 3


@pytest.mark.parametrize(
    ("structure", "group", "expected"),
    [
        (
            cubic("Fm-3m", 5.97, ["Na", "Br"], [ORIGIN, HALF]),
            225,
            "rock salt (B1): NaCl with Br for Cl",
        ),
        # The nitrogen first: what stands where is told by the elements, not by the order.
        (
            cubic("Fm-3m", 5.3, ["N", "La"], [ORIGIN, HALF]),
            225,
            "rock salt (B1): NaCl with La for Na, N for Cl",
        ),
        (
            cubic("Fm-3m", 5.8, ["Sr", "F"], [ORIGIN, QUARTER]),
            225,
            "fluorite (C1): CaF₂ with Sr for Ca",
        ),
        (
            cubic("Fm-3m", 6.0, ["Li", "Se"], [QUARTER, ORIGIN]),
            225,
            "antifluorite (anti-C1): Li₂O with Se for O",
        ),
        (
            cubic("F-43m", 5.65, ["Ge", "Ge"], [ORIGIN, QUARTER]),
            227,
            "diamond (A4): C with Ge for C",
        ),
    ],
)
def test_recognised(structure, group, expected):
    assert str(find_prototype(structure, group)) == expected


@pytest.mark.parametrize(
    ("structure", "group"),
    [
        # Solid CO2 has the space group and the positions of pyrite, but not its pairs.
        (cubic("Pa-3", 5.6, ["C", "O"], [ORIGIN, [0.118] * 3]), 205),
        # No crystal of the library is simple tetragonal with one atom and c/a of 3.
        (Structure(Lattice.tetragonal(3, 9), ["Po"], [ORIGIN]), 123),
    ],
)
def test_not_recognised(structure, group):
    assert find_prototype(structure, group) is None


def test_every_small_library_crystal_is_recognised_as_what_its_facts_say():
    wrong = {}
    for crystal in load_library().values():
        if crystal.n_sites > MAX_ATOMS // 2:
            continue
        found = find_prototype(crystal.structure(), crystal.space_group)
        if found is None or found.crystal.prototype != crystal.prototype:
            wrong[crystal.id] = str(found)
    assert wrong == {}


def test_large_cells_are_left_alone():
    garnet = load_library()["garnet-y3al5o12"]
    assert find_prototype(garnet.structure(), garnet.space_group) is None
