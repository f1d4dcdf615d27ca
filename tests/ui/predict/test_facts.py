"""What stands beside the picture: sections of facts, and the choice of the cell."""

import pytest

from crysformer.structure.write import FORMATS
from crysformer.ui.session.text import plain
from tests.support.pages import POSCAR, app, properties, tables, text, upload

RUTILE, SALT = "rutile-tio2", "rock-salt-nacl"


def facts(test):
    return next(t for t in tables(test) if "Fact" in t).set_index("Fact")["Value"]


def section(name, crystal=RUTILE, **query):
    return app(crystal=crystal, facts=name, **query)


def test_formula_and_structure_type_come_first(random_weights):
    found = facts(section("Symmetry"))
    assert list(found.index[:3]) == ["Formula", "Structure type", "Space group"]
    assert found["Formula"] == "TiO₂"
    assert found["Structure type"] == "rutile (C4)"
    assert found["Wyckoff positions"] == "Ti 2a, O 4f"


def test_an_uploads_type_is_recognised(random_weights):
    test = app()
    upload(test, "x.vasp", POSCAR.replace("Cs Cl", "Tl Br").encode())
    assert facts(test)["Structure type"] == (
        "caesium chloride (B2): CsCl with Tl for Cs, Br for Cl"
    )


def test_a_type_of_nothing_known_is_not_made_up(random_weights):
    odd = POSCAR.replace("0.5 0.5 0.5", "0.5 0.5 0.31")
    test = app()
    upload(test, "x.vasp", odd.encode())
    assert facts(test)["Structure type"] == "none in the library"


def test_sites(random_weights):
    positions, neighbours = (
        next(t for t in tables(section("Sites")) if column in t)
        for column in ("Position", "Coordination")
    )
    assert list(positions["Position"]) == ["2a", "4f"]
    assert list(positions["x"]) == ["0", "0.30510"]
    assert list(neighbours["Coordination"]) == ["6", "3"]


@pytest.mark.parametrize(
    ("xrays", "first"), [("Cu Kα", 27.46), ("Mo Kα", 12.56), ("<b>", 27.46)]
)
def test_diffraction(random_weights, xrays, first):
    test = section("Diffraction", xrays=xrays)
    lines = next(t for t in tables(test) if "Planes" in t)
    assert lines["Planes"][0] == "(1 1 0)"
    assert lines["2θ (°)"][0] == pytest.approx(first, abs=0.01)


def test_every_cell_gives_one_prediction(random_weights):
    test = section("Cells", crystal=SALT)
    rows = next(t for t in tables(test) if "Cell" in t)
    assert list(rows["Cell"][1:]) == ["Primitive", "Conventional", "Supercell 2 × 1 × 1"]
    assert list(rows["Atoms"]) == [8, 2, 8, 16]
    assert rows["Formation energy (eV/atom)"].nunique() == 1
    assert "The same prediction from every cell" in text(test)


def test_files_are_offered(random_weights):
    test = section("Files")
    assert {button.label for button in test.download_button} >= set(FORMATS)


def test_an_unknown_section_is_the_first(random_weights):
    test = section("<script>")
    assert facts(test)["Formula"] == "TiO₂"


def test_the_chosen_cell_is_used_by_facts_and_prediction(random_weights):
    given = section("Symmetry", SALT)
    primitive = section("Symmetry", SALT, cell="Primitive")
    assert facts(given)["Atoms in this cell"] == "8 (primitive cell: 2)"
    assert facts(primitive)["Atoms in this cell"] == "2 (primitive cell: 2)"
    assert "View, Unit cell" in text(primitive)
    values = [
        properties(test)["formation_energy_peratom"]["value"]
        for test in (given, primitive)
    ]
    assert values[0] == values[1]


def test_a_bad_cell_in_the_url_is_the_given_one(random_weights):
    test = section("Symmetry", SALT, cell="<b>")
    assert facts(test)["Atoms in this cell"] == "8 (primitive cell: 2)"
    assert f"cell = “{plain('<b>')}”, which is not one of" in text(test)
