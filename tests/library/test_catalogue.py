"""The facts of the library against spglib, radii, tabulated densities, and each other."""

import re
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import spglib
from pymatgen.analysis.molecule_structure_comparator import CovalentRadius
from pymatgen.core import Composition, Structure

from crysformer.errors import LibraryError
from crysformer.library.catalogue import get_crystal, load_library
from crysformer.library.search import find_crystals
from crysformer.structure.symmetry import find_symmetry

CRYSTALS = list(load_library().values())
every_crystal = pytest.mark.parametrize("crystal", CRYSTALS, ids=lambda c: c.id)


@cache
def structure(id_: str) -> Structure:
    return get_crystal(id_).structure()


def neighbours(cell: Structure, element: str) -> int:
    """Count the first shell of the first atom of an element, 15 % wide."""
    index = next(i for i, site in enumerate(cell) if site.specie.symbol == element)
    centres, _, _, distances = cell.get_neighbor_list(5.0)
    shell = distances[centres == index]
    return int((shell < 1.15 * shell.min()).sum())


# What is in the library


def test_holds_what_was_promised():
    assert len(CRYSTALS) >= 120
    names = [crystal.name for crystal in CRYSTALS]
    assert len(set(names)) == len(names)
    assert sum(crystal.density is not None for crystal in CRYSTALS) > 0.7 * len(CRYSTALS)
    assert len({crystal.space_group for crystal in CRYSTALS}) > 40


@pytest.mark.parametrize(
    ("substance", "polymorphs"),
    [
        ("TiO2", {"rutile", "anatase", "brookite"}),
        (
            "SiO2",
            {
                "quartz",
                "beta-quartz",
                "cristobalite",
                "beta-cristobalite",
                "tridymite",
                "coesite",
                "keatite",
                "stishovite",
            },
        ),
        ("ZnS", {"zinc-blende", "wurtzite", "wurtzite-4h"}),
        ("C", {"diamond", "lonsdaleite", "graphite", "graphite-3r"}),
        ("BN", {"hexagonal", "zinc-blende", "wurtzite"}),
        ("FeS2", {"pyrite", "marcasite"}),
    ],
)
def test_polymorph_families_are_complete(substance, polymorphs):
    found = find_crystals(tag=f"polymorph:{substance}")
    suffix = f"-{substance.lower()}"
    assert {crystal.id.removesuffix(suffix) for crystal in found} == polymorphs
    assert found == find_crystals(formula=substance)


# Every crystal


@every_crystal
def test_space_group_found_is_the_one_stated(crystal):
    cell = structure(crystal.id)
    numbers = [site.specie.Z for site in cell]
    found = spglib.get_symmetry_dataset(
        (cell.lattice.matrix, cell.frac_coords, numbers), symprec=0.01
    )
    assert found.number == crystal.space_group


@every_crystal
def test_formula_is_the_one_stated(crystal):
    cell = structure(crystal.id)
    assert len(cell) == crystal.n_sites
    stated = Composition(crystal.formula)
    assert cell.composition.reduced_composition == stated.reduced_composition
    assert crystal.composition == stated.reduced_composition.get_el_amt_dict()


@every_crystal
def test_density_is_within_3_percent_of_the_tabulated_one(crystal):
    if crystal.density is None:
        assert not crystal.density_source
        pytest.skip("no density apart from the lattice constants was at hand")
    density = float(structure(crystal.id).density)
    assert density == pytest.approx(crystal.density, rel=0.03)
    assert crystal.density_source


@every_crystal
def test_neighbours_are_as_far_as_atoms_are_large(crystal):
    cell = structure(crystal.id)
    radii = np.array([CovalentRadius.radius[site.specie.symbol] for site in cell])
    centres, others, _, distances = cell.get_neighbor_list(5.0)
    ratio = distances / (radii[centres] + radii[others])
    nearest = np.full(len(cell), np.inf)
    np.minimum.at(nearest, centres, ratio)
    # Alpha uranium's bonds are 0.70 of the sum of covalent radii, so less is a mistyped
    # coordinate; an atom with nothing within 1.35 of it is in the wrong place, because
    # even ions and close-packed metals touch there.
    assert nearest.min() > 0.7
    assert nearest.max() < 1.35


@every_crystal
def test_every_fact_has_a_source_with_a_year(crystal):
    for source in (crystal.source, crystal.density_source):
        assert not source or re.search(r"\(.*\b(19|20)\d\d\)$", source)
    assert crystal.source


# Coordination that everybody knows


@pytest.mark.parametrize(
    ("id_", "element", "coordination"),
    [
        ("fcc-cu", "Cu", 12),
        ("hcp-mg", "Mg", 12),
        ("polonium-po", "Po", 6),
        ("diamond-si", "Si", 4),
        ("graphite-c", "C", 3),
        ("selenium-te", "Te", 2),
        ("rock-salt-nacl", "Na", 6),
        ("caesium-chloride-cscl", "Cs", 8),
        ("zinc-blende-zns", "S", 4),
        ("wurtzite-zno", "Zn", 4),
        ("fluorite-caf2", "Ca", 8),
        ("fluorite-caf2", "F", 4),
        ("cuprite-cu2o", "Cu", 2),
        ("rutile-tio2", "Ti", 6),
        ("rutile-tio2", "O", 3),
        ("anatase-tio2", "Ti", 6),
        ("quartz-sio2", "Si", 4),
        ("stishovite-sio2", "Si", 6),
        ("pyrite-fes2", "Fe", 6),
        ("corundum-al2o3", "Al", 6),
        ("nickeline-nias", "As", 6),
        ("molybdenite-mos2", "Mo", 6),
        ("perovskite-srtio3", "Ti", 6),
        ("perovskite-srtio3", "Sr", 12),
        ("spinel-mgal2o4", "Mg", 4),
        ("spinel-mgal2o4", "Al", 6),
        ("garnet-y3al5o12", "Y", 8),
        ("zircon-zrsio4", "Si", 4),
        ("calcite-caco3", "C", 3),
        ("chalcopyrite-cuinse2", "Se", 4),
    ],
)
def test_coordination_numbers(id_, element, coordination):
    assert neighbours(structure(id_), element) == coordination


# Building


@pytest.mark.parametrize(
    "id_",
    ["rock-salt-nacl", "spinel-mgal2o4", "quartz-sio2", "corundum-al2o3", "tenorite-cuo"],
)
def test_builds_what_pymatgen_builds(id_):
    crystal = get_crystal(id_)
    ours = crystal.structure()
    theirs = Structure.from_spacegroup(
        crystal.space_group,
        ours.lattice,
        [orbit.element for orbit in crystal.orbits],
        [orbit.frac_coords for orbit in crystal.orbits],
    )
    assert len(ours) == len(theirs)
    apart = ours.lattice.get_all_distances(ours.frac_coords, theirs.frac_coords)
    same = ours.atomic_numbers == np.array(theirs.atomic_numbers)[:, None]
    assert np.where(same.T, apart, np.inf).min(axis=1).max() < 1e-6


def test_structures_are_new_and_the_library_is_not():
    first, second = (get_crystal("rock-salt-nacl").structure() for _ in range(2))
    first.scale_lattice(1.0)
    assert second.volume == pytest.approx(5.64056**3)
    assert load_library() is load_library()
    with pytest.raises(TypeError):
        load_library()["mine"] = get_crystal("rock-salt-nacl")


def test_symbols_and_orbits_are_readable():
    pyrite = get_crystal("pyrite-fes2")
    assert pyrite.space_group_symbol == "Pa-3"
    # The short symbol, as spglib finds it in the cell.
    for crystal in load_library().values():
        if crystal.space_group in range(3, 16):
            found = find_symmetry(crystal.structure()).international
            assert crystal.space_group_symbol == found
    assert [orbit.wyckoff for orbit in pyrite.orbits] == ["4a", "8c"]
    assert pyrite.lattice == (5.417, 5.417, 5.417, 90.0, 90.0, 90.0)
    assert get_crystal("graphite-c").lattice[3:] == (90.0, 90.0, 120.0)


def test_listing_the_library_needs_no_heavy_package():
    code = (
        "import sys; from crysformer.library.search import find_crystals;"
        "assert find_crystals(all_of=['Na'], formula='AB');"
        "print({'numpy', 'pymatgen', 'spglib', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_unknown_id_names_the_closest():
    assert get_crystal("diamond-si").name == "Silicon"
    with pytest.raises(LibraryError, match=r"called 'rocksalt-nacl'.*rock-salt-nacl"):
        get_crystal("rocksalt-nacl")
    with pytest.raises(LibraryError, match="Search the library"):
        get_crystal("@" * 500)
