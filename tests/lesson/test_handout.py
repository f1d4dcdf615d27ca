"""The lesson's hand-out, as text and to print."""

from crysformer.lesson import questions
from crysformer.lesson.handout import handout_html, handout_markdown
from crysformer.lesson.steps import GOALS, steps_of
from tests.support.lesson import CONFIG


def handout(**options):
    asked = [
        questions.Question(f"Question {k}?", k, f"Because {k}.", f"Think {k}.", unit="%")
        for k in range(1, 10)
    ]
    return handout_markdown(
        "Salt \\<b\\>",
        "Na1",
        asked,
        "?crystal=rock-salt-nacl",
        steps_of(CONFIG),
        **options,
    )


def test_the_handout_holds_the_page_s_own_words():
    text = handout()
    for number, step in enumerate(steps_of(CONFIG), 1):
        for words in (step.title, step.idea, step.task, step.watch):
            assert words in text
        assert f"Question {number}?" in text
        assert f"**Answer: {number} %.** Because {number}." in text
    assert all(goal in text for goal in GOALS)
    assert "?crystal=rock-salt-nacl" in text


def test_the_students_sheet_has_questions_and_no_answers():
    text = handout(answers=False)
    for number, step in enumerate(steps_of(CONFIG), 1):
        assert f"Question {number}?" in text
        assert step.task in text
        assert step.watch not in text
        assert f"Because {number}." not in text
    assert text.count("**Answer:** ....") == 9
    assert "Name: ...." in text


def test_the_printable_handout_escapes_what_comes_from_a_file():
    page = handout_html("# A\n\n<script>window.hacked = 1</script> & *more*")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<em>more</em>" in page
    assert "@page" in page
