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

from crysformer.library import (
    LibraryCrystal,
    LibraryError,
    find_crystals,
    get_crystal,
    load_library,
    parse_library,
)

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
    assert [orbit.wyckoff for orbit in pyrite.orbits] == ["4a", "8c"]
    assert pyrite.lattice == (5.417, 5.417, 5.417, 90.0, 90.0, 90.0)
    assert get_crystal("graphite-c").lattice[3:] == (90.0, 90.0, 120.0)


def test_listing_the_library_needs_no_heavy_package():
    code = (
        "import sys; from crysformer.library import find_crystals;"
        "assert find_crystals(all_of=['Na'], formula='AB');"
        "print({'numpy', 'pymatgen', 'spglib', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


# Finding


def ids(crystals: tuple[LibraryCrystal, ...]) -> set[str]:
    return {crystal.id for crystal in crystals}


def test_no_condition_finds_all():
    assert find_crystals() == tuple(CRYSTALS)


def test_elements_all_any_none():
    with_both = find_crystals(all_of=["Ti", "O"])
    assert {"rutile-tio2", "perovskite-srtio3"} <= ids(with_both)
    assert all({"Ti", "O"} <= crystal.elements for crystal in with_both)
    either = find_crystals(any_of=["Ga", "In"], all_of=["As"])
    assert ids(either) == {"zinc-blende-gaas"}
    without = find_crystals(all_of=["Cu", "S"], none_of=["Fe", "Sn"])
    assert "covellite-cus" in ids(without)
    assert all(not crystal.elements & {"Fe", "Sn"} for crystal in without)
    assert find_crystals(all_of=["Na"], none_of=["Na"]) == ()


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("NaCl", {"rock-salt-nacl"}),
        (" Cl2Na2 ", {"rock-salt-nacl"}),
        ("Mg(OH)2", {"brucite-mgoh2"}),
        ("MgO2H2", {"brucite-mgoh2"}),
        ("Ca3Al2(SiO4)3", {"garnet-ca3al2si3o12"}),
        ("FeS2", {"pyrite-fes2", "marcasite-fes2"}),
        ("Cl", set()),
        ("AlB2", {"aluminium-boride-alb2"}),
    ],
)
def test_formula_is_matched_whole_and_reduced(formula, found):
    assert ids(find_crystals(formula=formula)) == found


def test_formula_with_wildcards():
    perovskite_like = ids(find_crystals(formula="ABO3"))
    assert {"perovskite-srtio3", "calcite-caco3"} <= perovskite_like
    assert "perovskite-cspbi3" not in perovskite_like
    assert "perovskite-cspbi3" in ids(find_crystals(formula="ABC3"))
    spinels = find_crystals(formula="A2BO4")
    assert "spinel-mgal2o4" in ids(spinels)
    assert all("O" in crystal.elements for crystal in spinels)
    elements = find_crystals(formula="A")
    assert ids(elements) == ids(find_crystals(tag="element"))
    assert ids(find_crystals(formula="AO2")) >= ids(find_crystals(formula="SiO2"))


@pytest.mark.parametrize("formula", ["Na2(", ")", "nacl", "Na-1", "Na0", "(OH", "<b>"])
def test_what_is_no_formula_is_said(formula):
    with pytest.raises(LibraryError, match="cannot be read as a formula"):
        find_crystals(formula=formula)


def test_prototype_tag_and_text():
    assert "half-heusler-tinisn" in ids(find_crystals(prototype="half-heusler"))
    assert "spinel-mgal2o4" in ids(find_crystals(prototype="SPINEL"))
    assert "chalcopyrite-cuinse2" in ids(find_crystals(tag="photovoltaic"))
    assert find_crystals(tag="photo") == ()
    assert ids(find_crystals(text="fool galena")) == set()
    assert ids(find_crystals(text="Galena")) == {"rock-salt-pbs"}
    assert ids(find_crystals(text="zinc wurtzite 4H")) == {"wurtzite-4h-zns"}
    combined = find_crystals(tag="polymorph:SiO2", text="high-pressure", all_of=["Si"])
    assert ids(combined) == {"coesite-sio2", "stishovite-sio2"}


def test_unknown_id_names_the_closest():
    assert get_crystal("diamond-si").name == "Silicon"
    with pytest.raises(LibraryError, match=r"called 'rocksalt-nacl'.*rock-salt-nacl"):
        get_crystal("rocksalt-nacl")
    with pytest.raises(LibraryError, match="Search the library"):
        get_crystal("@" * 500)


# Damaged facts

GOOD = """
[reference]
crc = "A handbook (1999)"
[crystal.rock-salt-nacl]
name = "Salt"
formula = "NaCl"
prototype = "rock salt"
tags = ["halide"]
space_group = 225
lattice = { a = 5.64 }
sites = ["Na 4a 0 0 0", "Cl 4b 1/2 1/2 1/2"]
density = 2.17
source = "crc"
"""


def test_good_facts_are_read():
    (salt,) = parse_library(GOOD).values()
    assert (salt.density, salt.density_source) == (2.17, "A handbook (1999)")
    assert salt.note == ""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[reference]", "[reference", "not valid TOML"),
        (GOOD, GOOD + GOOD[GOOD.index("[crystal") :], "not valid TOML"),
        (GOOD, "", "holds no crystal"),
        ("rock-salt-nacl]", "Rock-Salt-nacl]", "lower-case words"),
        ("rock-salt-nacl]", "rock-salt-kcl]", "end with -nacl"),
        ('name = "Salt"\n', "", "lacks name"),
        ('name = "Salt"', 'name = ""', "has no text in name"),
        ('name = "Salt"', 'name = "Salt"\ncolour = "white"', "unknown fields: colour"),
        ('["halide"]', '["Halide!"]', "tags of the wrong form: Halide!"),
        ('["halide"]', '["halide", "halide"]', "same tag twice"),
        ("225", "231", "no space group number 231"),
        ("density = 2.17", "density = -1", "a density of -1"),
        ("density = 2.17", 'density_source = "crc"', "a density source, no density"),
        ('source = "crc"', 'source = "hearsay"', "an unknown source, hearsay"),
        ("{ a = 5.64 }", "{ a = 5.64, c = 5.64 }", "must give a as positive"),
        ("{ a = 5.64 }", "{ a = 0 }", "must give a as positive"),
        ("Cl 4b 1/2 1/2 1/2", "Cl 1/2 1/2 1/2", "has the site 'Cl 1/2 1/2 1/2'"),
        ('["Na 4a 0 0 0", "Cl 4b 1/2 1/2 1/2"]', "[]", "has no sites"),
    ],
)
def test_damaged_facts_are_refused_with_a_sentence(old, new, complaint):
    with pytest.raises(LibraryError, match=re.escape(complaint)):
        parse_library(GOOD.replace(old, new))


def test_coordinates_off_their_wyckoff_position_are_refused():
    (crystal,) = parse_library(GOOD.replace("1/2 1/2 1/2", "0.51 1/2 1/2")).values()
    with pytest.raises(LibraryError, match=r"Cl on 4b, but its coordinates make 24"):
        crystal.structure()
