"""The nine steps of the lesson."""

from crysformer.lesson.steps import STEPS


def test_nine_steps_each_with_one_idea():
    assert len(STEPS) == 9
    for step in STEPS:
        assert 2 <= step.idea.count(". ") + 1 <= 4
        assert step.task.count(".") == 1
