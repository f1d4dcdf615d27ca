"""Structure types: said where they fit, and not where they do not."""

import pytest
from pymatgen.core import Lattice, Structure

from crysformer.description.prototypes import (
    MAX_ATOMS,
    MAX_ATOMS_BY_POSITION,
    find_prototype,
)
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


def with_elements(name, new):
    structure = load_library()[name].structure()
    structure.replace_species(new)
    return structure


@pytest.mark.parametrize(
    ("name", "new", "expected"),
    [
        ("garnet-ca3al2si3o12", {}, "garnet (S1_4): Mg₃Al₂Si₃O₁₂ with Ca for Mg"),
        (
            "garnet-y3al5o12",
            {"Y": "Lu", "Al": "Ga"},
            "garnet (S1_4): Y₃Al₅O₁₂ with Lu for Y, Ga for Al",
        ),
    ],
)
def test_garnets_are_recognised_with_any_elements(name, new, expected):
    garnet = with_elements(name, new)
    assert str(find_prototype(garnet, 230)) == expected


def test_other_positions_of_the_same_symmetry_are_no_garnet():
    moved = with_elements("garnet-y3al5o12", {})
    oxygen = [k for k, site in enumerate(moved) if site.specie.symbol == "O"]
    other = Structure.from_spacegroup(
        "Ia-3d",
        moved.lattice,
        ["Y", "Al", "Al", "O"],
        [[0.125, 0, 0.25], [0, 0, 0], [0.375, 0, 0.25], [0.17, 0.24, 0.05]],
    )
    assert len(other) == len(moved)
    assert len(oxygen) == 96
    assert find_prototype(other, 230) is None


def test_the_largest_cells_are_left_alone():
    large = load_library()["garnet-y3al5o12"].structure() * (2, 1, 1)
    large.perturb(0.01)
    assert len(large) > MAX_ATOMS_BY_POSITION
    assert find_prototype(large, 1) is None
