"""Ordered approximations: whole atoms that make up the occupancies, and words on them."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.errors import DisorderedError, StructureError
from crysformer.structure.ordering import MAX_CELLS, ordered_approximation
from crysformer.structure.read import read_structure
from tests.support.crystal_files import EXPLICIT_CIF, cif, group, sentence

CUBE = (4, 4, 4, 90, 90, 90)
MIXED = cif(
    [("Na1", 0, 0, 0, 0.5), ("K1", 0, 0, 0, 0.5), ("Cl1", 0.5, 0.5, 0.5, 1)],
    header=group("F m -3 m"),
)


def shared(sodium, cell=CUBE):
    """One site that sodium shares with potassium, and one of chlorine."""
    return cif(
        [
            ("Na1", 0, 0, 0, sodium),
            ("K1", 0, 0, 0, 1 - sodium),
            ("Cl1", 0.5, 0.5, 0.5, 1),
        ],
        cell=cell,
    )


def counts(found):
    return found.structure.composition.get_el_amt_dict()


def test_only_what_is_disordered_is_offered_an_approximation():
    with pytest.raises(DisorderedError, match=r"Na 0\.5 and K 0\.5|K 0\.5 and Na 0\.5"):
        read_structure(MIXED, "x.cif")
    twice = Structure(Lattice.cubic(4), ["Na"], [[0, 0, 0]]).to_json()
    with pytest.raises(StructureError, match="impossible occupancies") as caught:
        read_structure(twice.replace('"occu": 1', '"occu": 2'), "x.json")
    assert not isinstance(caught.value, DisorderedError)


def test_occupancies_that_fit_the_cell_are_kept_exactly():
    found = ordered_approximation(MIXED, "x.cif")
    assert counts(found) == {"Na": 2, "K": 2, "Cl": 4}
    assert found.structure.lattice.abc == pytest.approx((5.64,) * 3)
    assert "K 0.5 + Na 0.5 became 2 K, 2 Na" in found.note
    assert "x.cif is disordered; this is an ordered approximation. In its cell" in (
        found.note
    )


@pytest.mark.parametrize(
    ("sodium", "cells", "atoms"),
    [(0.5, 2, 1), (0.75, 4, 3), (0.6667, 3, 2), (0.875, 8, 7)],
)
def test_the_smallest_supercell_that_fits_is_taken(sodium, cells, atoms):
    found = ordered_approximation(shared(sodium))
    assert counts(found) == {"Na": atoms, "K": cells - atoms, "Cl": cells}


def test_the_supercell_is_as_compact_as_it_can_be():
    flat = ordered_approximation(shared(0.75, cell=(4, 4, 9, 90, 90, 90)))
    assert flat.structure.lattice.abc == pytest.approx((8, 8, 9))
    assert "2 × 2 × 1 supercell" in flat.note


def test_what_fits_no_supercell_is_rounded_and_said():
    found = ordered_approximation(shared(0.613))
    n_sodium = counts(found)["Na"]
    n_cells = counts(found)["Cl"]
    assert n_cells <= MAX_CELLS
    assert n_sodium / n_cells == pytest.approx(0.613, abs=1 / MAX_CELLS / 2)
    assert f"became {n_cells - n_sodium:.0f} K, {n_sodium:.0f} Na" in found.note


def test_like_atoms_lie_far_apart():
    found = ordered_approximation(shared(0.875)).structure
    potassium = ordered_approximation(shared(0.75)).structure
    for cell, symbol, distance in ((found, "K", 8.0), (potassium, "K", 4 * 2**0.5)):
        places = [s.frac_coords for s in cell if s.specie.symbol == symbol]
        between = cell.lattice.get_all_distances(places, places)
        images = min(cell.lattice.abc)
        apart = between[np.triu_indices(len(places), 1)].min(initial=images)
        assert apart <= distance + 1e-6
    # Two of eight places on a cube: the far corners, not neighbours.
    corners = [[x, y, z] for x in (0, 0.5) for y in (0, 0.5) for z in (0, 0.5)]
    mixed = Structure(Lattice.cubic(8), [{"Na": 0.75, "K": 0.25}] * 8, corners)
    ordered = ordered_approximation(mixed.to_json()).structure
    one, other = (site for site in ordered if site.specie.symbol == "K")
    assert one.distance(other) == pytest.approx(4 * 3**0.5)


def test_split_positions_are_filled_once():
    split = cif(
        [("Na1", 0, 0, 0.06, 0.5), ("Na2", 0, 0, -0.06, 0.5), ("Cl1", 0.5, 0.5, 0.5, 1)],
        cell=CUBE,
    )
    found = ordered_approximation(split)
    assert counts(found) == {"Na": 1, "Cl": 1}
    assert "1 empty" in found.note


def test_it_is_the_same_every_time_and_is_read_back():
    first, second = (ordered_approximation(MIXED, "x") for _ in range(2))
    assert first.structure.to_json() == second.structure.to_json()
    again = read_structure(first.structure.to_json())
    assert again.composition == first.structure.composition
    assert {type(site.specie).__name__ for site in first.structure} == {"Element"}


def test_an_ordered_crystal_stays_as_it_is():
    found = ordered_approximation(EXPLICIT_CIF)
    assert counts(found) == {"Na": 4, "Cl": 4}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (cif([("Na1", 0, 0, 0, 0.01)], cell=CUBE), "not one whole atom"),
        ("dear diary", "not in a format"),
        (
            Structure(Lattice.cubic(4), [{"Na": 0.5}], [[0, 0, 0]])
            .to_json()
            .replace('"occu": 0.5', '"occu": -0.5'),
            "impossible occupancies",
        ),
        (
            Structure(
                Lattice.cubic(4),
                [{"Na": 0.5}, "Cl", "Cl"],
                [[0, 0, 0], [0.5] * 3] * 1 + [[0.5, 0.5, 0.55]],
            ).to_json(),
            "overlapping atoms",
        ),
    ],
)
def test_what_cannot_be_ordered_is_a_sentence(content, words):
    message = sentence(lambda: ordered_approximation(content, "x.cif"))
    assert message.startswith("x.cif ")
    assert words in message


def test_a_thousand_sites_are_bounded():
    places = np.array(list(np.ndindex(10, 10, 10))) / 10
    mixed = Structure(Lattice.cubic(30), [{"Na": 0.5, "K": 0.3}] * 1000, places)
    found = ordered_approximation(mixed.to_json())
    assert counts(found) == {"Na": 500, "K": 300}
    assert "500 Na, 200 empty" in found.note
