"""The Learn page without a browser: nine steps, live checks, questions."""

import re
import shutil

import pytest
import torch

from crysformer.lesson.steps import STEPS, steps_of
from crysformer.model.checksums import write_checksums
from crysformer.model.config import DEFAULT_MODEL
from crysformer.model.files import CONFIG
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor
from crysformer.ui.learn.cached import SINGLE, architecture, network
from crysformer.ui.learn.questions import QUESTIONS
from crysformer.ui.session import state
from tests.support.numbers import powers_of_ten
from tests.support.pages import SALT, SILICON, app, text, views

LEARN = "pages/4_Learn.py"
CRYSTALS = (
    "diamond-si",
    "rock-salt-nacl",
    "rutile-tio2",
    "quartz-sio2",
    "ybco-yba2cu3o7",
    "bcc-fe",
)
WITH_VIEW = {1, 2, 3, 7, 9}


def everything(test):
    return text(test) + "\n".join(
        element.value for kind in (test.success, test.info) for element in kind
    )


def go(test, step):
    test.session_state[state.STEP] = step
    test.run()
    assert not test.exception
    return test


def answer_with(test, value):
    asked = test.radio if test.radio else test.number_input
    asked[-1].set_value(value)
    next(button for button in test.button if button.label == "Check").click()
    return test.run()


@pytest.mark.parametrize("crystal", CRYSTALS)
def test_all_nine_steps(random_weights, crystal):
    test = app(LEARN, crystal=crystal)
    for step, words in enumerate(steps_of(architecture()), 1):
        go(test, step)
        said = everything(test)
        assert f"{step} · {words.title}" in said
        assert words.idea in said
        assert "**Question.**" in said
        assert not test.error
        assert len(views(test)) == (step in WITH_VIEW)
        assert test.query_params[state.STEP] == str(step)


@pytest.mark.parametrize("step", [5, 6])
def test_the_live_check_holds_and_has_an_equation_for_every_symbol(random_weights, step):
    test = go(app(LEARN, crystal=SILICON.id), step)
    check = next(each.value for each in test.success if "Checked now" in each.value)
    single, allowed_single, double, allowed_double = powers_of_ten(check)
    assert (allowed_single, allowed_double) == (1e-5, 1e-6)
    assert single <= allowed_single
    assert double <= allowed_double
    equations = "".join(each.value for each in test.latex)
    for symbol in ("W_q h_i", "W_k", r"\sqrt{4}", r"\sum", r"\mathrm{LN}"):
        assert symbol in equations
    assert (r"\tanh" in equations) == (step == 6)


def test_a_disagreement_is_said(random_weights):
    """The network changes between what is remembered of its pass and the check."""
    test = go(app(LEARN, crystal=SILICON.id), 5)
    assert not test.error
    with torch.no_grad():
        network(SINGLE).atom_layers[0].cross.key.weight[0, 0] += 1.0
    test.run()
    assert any("Checked now" in each.value for each in test.error)


def test_numbers_beside_the_equations_are_those_of_the_network(random_weights):
    test = go(app(LEARN, crystal=SALT.id), 5)
    weights = Predictor().bond_attention(SALT.structure())
    shown = re.search(r"a_j = .*?\\mathbf\{([\d.]+)\}", test.latex[0].value)
    atom = test.query_params[state.ATOM]
    symbols = [site.specie.symbol for site in SALT.structure()]
    site = [f"{s}{symbols[: k + 1].count(s)}" for k, s in enumerate(symbols)].index(atom)
    first = (weights.bonds.i == site).argmax()
    assert float(shown[1]) == pytest.approx(weights.cross[first, 0, 0], abs=6e-4)


@pytest.mark.parametrize(
    ("crystal", "right"), [("rock-salt-nacl", 18), ("diamond-si", 16)]
)
def test_an_answer_is_checked_and_explained(random_weights, crystal, right):
    test = go(app(LEARN, crystal=crystal), 2)
    assert "the rule asks for 12" not in everything(test)
    answer_with(test, 12)
    assert "Hint: Move the slider" in everything(test)
    assert f"The answer is **{right}**" not in everything(test)
    assert "arbitrarily" not in everything(test)
    answer_with(test, 13)
    assert f"The answer is **{right}**" in everything(test)
    answer_with(test, right)
    assert any("**Right.**" in each.value for each in test.success)
    assert "arbitrarily. So the whole shell is kept." in everything(test)


def test_an_answer_does_not_outlive_its_question(random_weights):
    test = go(app(LEARN, crystal=SALT.id), 2)
    answer_with(test, 18)
    assert any("**Right.**" in each.value for each in test.success)
    next(button for button in test.button if button.key == "lesson_next").click().run()
    assert test.query_params[state.STEP] == "3"
    assert not any("**Right.**" in each.value for each in test.success)
    next(button for button in test.button if button.key == "lesson_back").click().run()
    assert not any("**Right.**" in each.value for each in test.success)


def test_no_answer_is_not_a_wrong_answer(random_weights):
    test = go(app(LEARN, crystal=SALT.id), 2)
    next(button for button in test.button if button.label == "Check").click().run()
    assert "Give an answer first." in everything(test)


@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
def test_no_answer_is_on_the_page_before_it_is_asked_for(random_weights, step):
    test = go(app(LEARN, crystal=SALT.id), step)
    assert len(QUESTIONS) == len(STEPS)
    assert "**Right.**" not in everything(test)
    assert "The answer is" not in "\n".join(each.value for each in test.warning)


def test_the_url_opens_a_step_and_an_atom(random_weights):
    test = app(LEARN, crystal=SALT.id)
    other = test.selectbox[-1].options[1].split()[0]
    fresh = app(LEARN, crystal=SALT.id, step="7", atom=other)
    assert STEPS[6].title in everything(fresh)
    assert fresh.query_params[state.ATOM] == other
    assert f"does {other} give" in everything(fresh)


def test_bad_names_in_the_url_fall_back(random_weights):
    for step in ("99", "0010", "0", "-1", "9" * 5000, "²"):
        test = app(LEARN, crystal=SALT.id, step=step, atom="<b>")
        assert STEPS[0].title in everything(test)
        assert test.query_params[state.STEP] == "1"
        assert not test.exception


def test_the_lesson_is_in_the_cell_that_a_link_names(random_weights):
    """Learn has no control for the cell; the link's word counts, and the hand-out's."""
    given = app(LEARN, crystal=SALT.id, step="1")
    primitive = app(LEARN, crystal=SALT.id, step="1", cell="Primitive")
    for test, right in ((given, 64), (primitive, 16)):
        answer_with(test, 1)
        assert f"The answer is **{right}**" in everything(answer_with(test, 1))
    assert primitive.query_params["cell"] in ("Primitive", ["Primitive"])


def test_an_atom_survives_a_visit_to_another_page(random_weights):
    test = app(LEARN, crystal=SALT.id)
    other = test.selectbox[-1].options[1].split()[0]
    test = app(LEARN, crystal=SALT.id, atom=other)
    test.switch_page("app.py").run()
    del test.query_params[state.ATOM]
    test.switch_page(LEARN).run()
    assert test.query_params[state.ATOM] in (other, [other])


def test_another_crystal_keeps_the_step_and_drops_the_atom(random_weights):
    test = go(app(LEARN, crystal=SALT.id), 5)
    test.selectbox(key=state.CRYSTAL_WIDGET).select(SILICON.id).run()
    assert not test.exception
    assert test.query_params[state.STEP] == "5"
    assert test.query_params[state.ATOM].startswith("Si")


def test_a_crystal_too_large_for_the_lesson_is_a_sentence(random_weights, monkeypatch):
    monkeypatch.setattr("crysformer.ui.learn.cached.MAX_ANGLES", 3)
    test = go(app(LEARN, crystal=SALT.id), 5)
    assert any("Pick a smaller" in each.value for each in test.error)
    assert views(go(test, 3))


def test_missing_weights_are_a_sentence_and_the_first_steps_stay(monkeypatch, tmp_path):
    (tmp_path / DEFAULT_MODEL).mkdir()
    shutil.copy(weights_folder() / DEFAULT_MODEL / CONFIG, tmp_path / DEFAULT_MODEL)
    write_checksums(tmp_path / DEFAULT_MODEL)
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(tmp_path))
    test = go(app(LEARN, crystal=SALT.id), 2)
    assert not test.error
    test = go(test, 5)
    assert any("cannot be read" in each.value for each in test.error)


def test_the_handout_has_the_answers_of_this_crystal(random_weights, monkeypatch):
    written = []
    monkeypatch.setattr(
        "crysformer.ui.learn.handout.handout_html",
        lambda text: written.append(text) or "page",
    )
    test = go(app(LEARN, crystal=SILICON.id), 1)
    assert not test.get("download_button")
    test.session_state["lesson_handout"] = True
    test.run()
    assert not test.exception
    saved = {each.label for each in test.get("download_button")}
    assert saved == {"To print (HTML)", "To change (Markdown)"}
    teacher, student = written[-2:]
    assert "crystal=diamond-si" in teacher
    assert "**Answer: 16.** The shells hold 4 + 12 = 16" in teacher
    for text_ in (teacher, student):
        assert text_.count("**Question:**") == len(STEPS)
    assert "16" not in student


def test_the_second_try_with_the_hint_counts_and_the_told_answer_does_not(random_weights):
    test = go(app(LEARN, crystal=SALT.id), 2)
    answer_with(test, 12)
    answer_with(test, 18)
    assert test.query_params[state.SOLVED] in ("2", ["2"])
    assert "1 of 9 questions" in everything(test)
    assert any("2 Neighbours ✓" in each for each in test.pills[0].options)
    go(test, 3)
    for value in (1, 2, 17):
        answer_with(test, value)
    assert any("**Right.**" in each.value for each in test.success)
    assert test.query_params[state.SOLVED] in ("2", ["2"])


def test_progress_outlives_a_reload_and_another_page(random_weights):
    test = app(LEARN, crystal=SALT.id, step="3", solved="12x99")
    assert "3 of 9 questions" in everything(test)
    answer_with(test, 17)
    assert test.query_params[state.SOLVED] in ("1239", ["1239"])
    test.switch_page("app.py").run()
    for name in (state.SOLVED, state.STEP):
        test.query_params.pop(name, None)
    test.switch_page(LEARN).run()
    assert "4 of 9 questions" in everything(test)
    assert test.query_params[state.SOLVED] in ("1239", ["1239"])


def test_the_way_back_takes_an_answer_back(random_weights):
    test = go(app(LEARN, crystal=SALT.id), 2)
    answer_with(test, 18)
    del test.query_params[state.SOLVED]
    test.run()
    assert not any("**Right.**" in each.value for each in test.success)
    assert state.SOLVED not in test.query_params


def test_a_projector_shows_no_sidebar(random_weights):
    test = app(LEARN, crystal=SALT.id)
    plain_page = len(test.get("html"))
    test.toggle(key=state.PROJECTOR).set_value(True).run()
    assert not test.exception
    assert len(test.get("html")) == plain_page + 1
