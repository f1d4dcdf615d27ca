"""Finding crystals of the library by elements, formula, names and space group."""

import pytest

from crysformer.errors import LibraryError
from crysformer.library.catalogue import load_library
from crysformer.library.crystal import LibraryCrystal
from crysformer.library.search import correction, find_crystals
from crysformer.library.synonyms import COMMON

CRYSTALS = tuple(load_library().values())


def ids(crystals: tuple[LibraryCrystal, ...]) -> set[str]:
    return {crystal.id for crystal in crystals}


def test_no_condition_finds_all():
    assert find_crystals() == CRYSTALS


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NaCl", {"rock-salt-nacl"}),
        ("nacl", {"rock-salt-nacl"}),
        ("Ti O2", {"rutile-tio2", "anatase-tio2", "brookite-tio2"}),
        ("O₂Ti", {"rutile-tio2", "anatase-tio2", "brookite-tio2"}),
        ("O3 Fe2", {"corundum-fe2o3"}),
        ("A15", {"a15-cr3si", "a15-nb3sn", "a15-v3si"}),
        ("Perovskite  Pb", {"tetragonal-perovskite-pbtio3", "perovskite-cspbi3"}),
        ("<script>", set()),
        ("(", set()),
    ],
)
def test_one_box_takes_formulas_and_words(text, found):
    assert ids(find_crystals(text=text)) == found


def test_one_box_takes_space_groups():
    by_number = find_crystals(text="194")
    assert by_number
    assert all(crystal.space_group == 194 for crystal in by_number)
    for typed in ("#194", "P6_3/mmc", "P63/mmc", "P 63/m m c", "p6_3/mmc"):
        assert find_crystals(text=typed) == by_number
    assert ids(find_crystals(text="Pa-3")) == ids(find_crystals(text="Pa3"))
    assert "pyrite-fes2" in ids(find_crystals(text="Pa-3"))


def test_a_whole_word_hides_its_beginnings():
    assert "rock-salt-nacl" in ids(find_crystals(text="salt"))
    assert "hcp-ti" not in ids(find_crystals(text="tin"))
    assert "hcp-ti" in ids(find_crystals(text="titan"))


def test_the_formula_comes_before_what_only_bears_its_letters():
    assert find_crystals(text="Si")[0].id == "diamond-si"
    assert len(find_crystals(text="Si", any_of=["O"])) > 5


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("salt", "rock-salt-nacl"),
        ("table salt", "rock-salt-nacl"),
        ("Titania", "rutile-tio2"),
        ("silicon dioxide", "quartz-sio2"),
        ("sodium chloride", "rock-salt-nacl"),
        ("aluminum nitride", "wurtzite-aln"),
        ("Dialuminium trioxide", "corundum-al2o3"),
        ("fool's gold", "pyrite-fes2"),
    ],
)
def test_other_names_of_compounds_come_first(text, first):
    assert find_crystals(text=text)[0].id == first


def test_a_name_with_numbers_holds_them_against_the_formula():
    tin = ids(find_crystals(text="tin oxide"))
    assert {"litharge-sno", "rutile-sno2"} <= tin
    assert "litharge-sno" not in ids(find_crystals(text="tin dioxide"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quarz", "quartz"),
        ("perowskite", "perovskite"),
        ("Saphire", "sapphire"),
        ("quartz", ""),
        ("xyzzy", ""),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_a_typing_error_is_forgiven(typed, meant):
    assert correction(typed) == meant
    assert not meant or find_crystals(text=meant)


def test_every_common_name_is_that_of_a_crystal():
    assert [name for name, of in COMMON.items() if not find_crystals(formula=of)] == []
