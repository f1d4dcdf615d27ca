"""The Compare page without a browser: values, the URL, and what it refuses."""

import pytest

from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.structure.strain import strained
from crysformer.structure.substitution import substitute
from crysformer.ui.compare import changed
from crysformer.ui.compare.choice import companion
from crysformer.ui.compare.response import WHY
from crysformer.ui.session import state
from crysformer.ui.session.text import plain
from tests.support.pages import (
    POSCAR,
    SALT,
    SILICON,
    app,
    block_tables,
    text,
    upload,
    views,
)

COMPARE = "pages/2_Compare.py"
PAIR = f"{SALT.id},{SILICON.id}"
ENERGY = "Formation energy"


def tables(test):
    """Tables by property; its unit stands behind its name."""
    found = block_tables(test)
    units = sorted({item.unit for item in PROPERTIES.values()}, key=len, reverse=True)
    for table in found:
        for unit in filter(None, units):
            table["Property"] = table["Property"].str.removesuffix(f" {unit}")
    return [table.set_index("Property") for table in found]


def number(value, sign=""):
    """Two decimals, as an error of 0.125 warrants, with the sign that typesetters use."""
    return f"{value:{sign}.2f}".replace("-", "−")


def predicted(*structures):
    return [each.shown for each in Predictor().predict(structures)]


def test_values_and_differences_to_the_first(random_weights):
    test = app(COMPARE, compare=PAIR)
    [table] = tables(test)
    assert list(table.columns) == ["A · NaCl", "B · Si", "Δ"]
    salt, silicon = predicted(SALT.structure(), SILICON.structure())
    row = table.loc[ENERGY]
    key = "formation_energy_peratom"
    assert row["A · NaCl"] == number(salt[key])
    assert row["B · Si"] == number(silicon[key])
    difference = silicon[key] - salt[key]
    mark = "≈\N{NO-BREAK SPACE}" if abs(difference) < 0.125 else ""
    assert row["Δ"] == mark + number(difference, "+")


def test_intervals_stand_in_brackets_where_there_are_any():
    test = app(COMPARE, compare=PAIR, percent="1.0")
    table, changed = tables(test)
    energy = f"{ENERGY}, OptB88vdW"  # The Materials Project has another.
    assert "(" not in "".join(changed.loc[energy])
    [salt] = Predictor().predict([SALT.structure()])
    low, high = salt.intervals["formation_energy_peratom"]
    expected = f"{salt.values['formation_energy_peratom']:.3f} ({low:.3f} to {high:.3f})"
    assert table.loc[energy, "A · NaCl"] == expected.replace("-", "−")
    assert "In brackets: the 90 % interval" in text(test)


def test_without_a_list_the_current_crystal_gets_a_companion(random_weights):
    test = app(COMPARE, crystal="rutile-tio2")
    assert test.session_state[state.COMPARED] == ["rutile-tio2", "anatase-tio2"]
    assert test.query_params[state.COMPARE] == "rutile-tio2,anatase-tio2"


def test_a_companion_is_another_form_or_is_built_alike():
    library = load_library()
    assert library[companion("wurtzite-zns")].formula == "ZnS"
    assert library[companion("bcc-fe")].prototype == library["bcc-fe"].prototype
    assert companion("upload-0123") in library
    assert companion("sodalite-na4al3si3o12cl") != "sodalite-na4al3si3o12cl"


@pytest.mark.parametrize(
    ("asked", "sentence", "shown"),
    [
        (f"{PAIR},<b>x</b>", "no crystal called “<b>x</b>”; left out", 2),
        (
            "bcc-fe,bcc-w,bcc-cr,bcc-mo,bcc-nb",
            "Only the first 4 of 5 crystals are compared",
            4,
        ),
        (SALT.id, "Choose at least 2 crystals to compare", 0),
        ("", "Choose at least 2 crystals to compare", 0),
    ],
)
def test_bad_lists_in_the_url_are_said(random_weights, asked, sentence, shown):
    test = app(COMPARE, compare=asked)
    assert plain(sentence) in text(test)
    if shown:
        names = [name for name in tables(test)[0].columns if name[1:4] == " · "]
        assert len(names) == shown


def test_bad_settings_in_the_url_fall_back(random_weights):
    test = app(
        COMPARE,
        compare=PAIR,
        property="<script>",
        strain="sideways",
        percent="9999",
        of="Z",
        replace="Xx",
        **{"with": "Xx"},
    )
    assert not test.error
    assert WHY in text(test)


def test_strain_from_the_url_changes_the_table(random_weights):
    test = app(COMPARE, compare=PAIR, strain="Along a", percent="2.0", of="B · Si")
    before, after = predicted(
        SILICON.structure(), strained(SILICON.structure(), "Along a", 2)
    )
    table = tables(test)[1]
    assert list(table.columns) == ["Si at 0 %", "Si at +2.0 %", "Δ"]
    key = "formation_energy_peratom"
    assert table.loc[ENERGY, "Si at 0 %"] == number(before[key])
    assert table.loc[ENERGY, "Si at +2.0 %"] == number(after[key])


def test_substitution_is_predicted_in_the_same_cell(random_weights):
    test = app(COMPARE, compare=PAIR, replace="Na", **{"with": "K"})
    [expected] = predicted(substitute(SALT.structure(), "Na", "K"))
    value = tables(test)[1].loc[ENERGY, "KCl at 0 %"]
    assert value == number(expected["formation_energy_peratom"])
    assert "The cell is not relaxed" in text(test)


def test_a_swap_that_changes_nothing_is_a_sentence(random_weights):
    test = app(COMPARE, compare=PAIR, replace="Na", **{"with": "Na"})
    assert "leaves NaCl unchanged" in text(test).replace("\\", "")
    assert len(tables(test)) == 1


def test_without_a_change_the_page_says_what_to_do(random_weights):
    test = app(COMPARE, compare=PAIR)
    assert "Move the strain, replace atoms or take one out" in text(test)
    assert WHY in text(test)


def test_uploads_can_be_compared_and_a_link_says_that_it_does_not_carry_them(
    random_weights,
):
    test = app()
    upload(test, "mine.vasp", POSCAR.encode())
    test.switch_page(COMPARE).run()
    assert not test.exception
    first = test.session_state[state.COMPARED][0]
    assert first.startswith("upload-")
    assert "A · CsCl" in tables(test)[0]
    assert "a link does not carry them" in text(test)
    link = test.query_params[state.COMPARE]
    other = app(COMPARE, compare=link if isinstance(link, str) else link[0])
    assert "files from a session that has ended" in text(other)


def test_one_bad_crystal_does_not_hide_the_others(random_weights):
    from pymatgen.core import Lattice, Structure
    from pymatgen.io.vasp import Poscar

    lonely = Structure(Lattice.cubic(80), ["Li"], [[0, 0, 0]])
    test = app()
    upload(test, "lonely.vasp", str(Poscar(lonely)).encode())
    test.switch_page(COMPARE).run()
    assert "too empty" in text(test)
    assert len(tables(test)[0].columns) == 1


def test_a_vacancy_on_one_site_is_drawn_predicted_and_opened(random_weights):
    test = app(COMPARE, compare=PAIR, replace="Na2, 1 of 4", **{"with": "Vacancy"})
    assert len(views(test)) == 2
    [expected] = predicted(substitute(SALT.structure(), "Na2", "Vacancy"))
    value = tables(test)[1].loc[ENERGY, "Na₃Cl₄ at 0 %"]
    assert value == number(expected["formation_energy_peratom"])
    test.button(key=changed.OPEN).click().run()
    assert not test.exception
    kept = test.session_state[state.UPLOADS][test.session_state[state.CRYSTAL]]
    assert kept.structure.composition.formula == "Na3 Cl4"
    assert "not relaxed" in text(test)


def test_a_crystal_can_be_uploaded_and_pasted_here(random_weights):
    test = app(COMPARE, compare=PAIR)
    upload(test, "mine.vasp", POSCAR.encode())
    assert "C · CsCl" in tables(test)[0]
    assert test.session_state[state.CRYSTAL] == state.DEFAULT_CRYSTAL
    test.text_area(key=state.PASTE_WIDGET).set_value(POSCAR.replace("Cl", "Br"))
    button = next(b for b in test.button if b.label == "Compare this crystal")
    button.click().run()
    assert not test.exception
    assert "D · CsBr" in tables(test)[0]


def test_the_sidebar_names_what_is_compared(random_weights):
    test = app(COMPARE, compare=PAIR)
    said = "".join(each.value for each in test.sidebar.caption)
    for crystal in (SALT, SILICON):
        assert f"**{plain(crystal.name)}**" in said
    assert "not loaded yet" not in said
