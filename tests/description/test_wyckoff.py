"""Wyckoff positions and coordination of textbook crystals, as the tables have them."""

import pytest
from pymatgen.core import Lattice, Structure

from crysformer.description.summary import crystal_facts
from crysformer.description.wyckoff import wyckoff_table
from crysformer.errors import StructureError
from crysformer.evaluation.smoothness import noisy
from crysformer.library.catalogue import load_library

# International Tables for Crystallography A: element, position, coordinates.
POSITIONS = {
    "rock-salt-nacl": (225, [("Na", "4a", "0 0 0"), ("Cl", "4b", "1/2 1/2 1/2")]),
    "rutile-tio2": (136, [("Ti", "2a", "0 0 0"), ("O", "4f", "0.30510 0.30510 0")]),
    "wurtzite-zns": (186, [("S", "2b", "1/3 2/3 0.37480"), ("Zn", "2b", "1/3 2/3 0")]),
    "fluorite-caf2": (225, [("Ca", "4a", "0 0 0"), ("F", "8c", "1/4 1/4 1/4")]),
    "perovskite-srtio3": (
        221,
        [("Sr", "1a", "0 0 0"), ("Ti", "1b", "1/2 1/2 1/2"), ("O", "3c", "0 1/2 1/2")],
    ),
}


SITE_SYMMETRIES = {
    "rock-salt-nacl": ["m-3m", "m-3m"],
    "rutile-tio2": ["m.mm", "m.2m"],
    "wurtzite-zns": ["3m.", "3m."],
}


@pytest.mark.parametrize("name", POSITIONS)
def test_letters_multiplicities_and_coordinates(name):
    number, expected = POSITIONS[name]
    table = wyckoff_table(load_library()[name].structure())
    rows = table.rows()
    found = {
        (row["Element"], row["Position"], f"{row['x']} {row['y']} {row['z']}")
        for row in rows
    }
    assert table.number == number
    assert found == set(expected)


@pytest.mark.parametrize("name", SITE_SYMMETRIES)
def test_site_symmetries(name):
    table = wyckoff_table(load_library()[name].structure())
    assert [each.site_symmetry for each in table.positions] == SITE_SYMMETRIES[name]


def test_every_library_crystal_has_the_positions_its_facts_state():
    for crystal in load_library().values():
        if crystal.n_sites > 40:
            continue
        table = wyckoff_table(crystal.structure())
        stated = sorted((orbit.element, orbit.multiplicity) for orbit in crystal.orbits)
        found = sorted((each.element, each.multiplicity) for each in table.positions)
        assert found == stated, crystal.id


def test_a_supercell_has_the_positions_of_its_crystal():
    crystal = load_library()["rutile-tio2"].structure()
    expected = wyckoff_table(crystal)
    crystal.make_supercell([2, 1, 3])
    found = wyckoff_table(crystal)
    assert [each.label for each in found.positions] == ["2a", "4f"]
    assert found.lattice == pytest.approx(expected.lattice)


def test_equal_positions_are_counted_and_not_repeated():
    crystal = noisy(load_library()["rutile-tio2"].structure(), (0.05,))[1]
    assert crystal_facts(crystal).wyckoff == ("2 × Ti 1a", "4 × O 1a")
    garnet = crystal_facts(load_library()["garnet-y3al5o12"].structure())
    assert sorted(garnet.wyckoff) == ["Al 16a", "Al 24d", "O 96h", "Y 24c"]


def test_overlapping_atoms_are_a_sentence():
    crystal = Structure(Lattice.cubic(4), ["Na", "Na"], [[0, 0, 0], [0, 0, 1e-5]])
    with pytest.raises(StructureError, match="spglib finds no"):
        wyckoff_table(crystal)
