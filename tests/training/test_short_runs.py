"""Short trainings for comparisons: a stopped one ends as if it had not been stopped."""

import signal

import pytest

from benchmarks.short_runs import ShortRuns
from crysformer.training.host import HostLearner
from tests.support.training import SMALL

SETTINGS = [
    *(f"{name}={value}" for name, value in vars(SMALL).items()),
    "batch_size=4",
    "warmup_steps=2",
]
PASSES, STEPS = 6, 12


def runs(folder, states):
    return ShortRuns([folder], 8, PASSES, states, SETTINGS)


@pytest.mark.parametrize("stop", [2, 9])
def test_a_stopped_run_ends_as_one_that_was_not(folder, tmp_path, monkeypatch, stop):
    """Step 2 of 12 is before the decay, step 9 within it."""
    whole = runs(folder, tmp_path / "whole").run((), 0)
    learn, taken = HostLearner.learn, []

    def learn_some(learner, crystals, rate):
        learn(learner, crystals, rate)
        taken.append(rate)
        if len(taken) == stop:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(HostLearner, "learn", learn_some)
    parts = runs(folder, tmp_path / "parts")
    with pytest.raises(SystemExit, match=f"step {stop} of {STEPS}"):
        parts.run((), 0)
    again = parts.run((), 0)
    assert again["step"] == whole["step"] == STEPS
    assert len(taken) == STEPS
    assert taken == sorted(taken[:2]) + sorted(taken[2:], reverse=True)
    for key, error in whole["val"].items():
        assert again["val"][key]["mae"] == pytest.approx(error["mae"], rel=1e-6)
    # What is finished is read and not run again.
    assert parts.run((), 0) == again
    assert len(taken) == STEPS


def test_another_seed_or_setting_is_another_run(folder, tmp_path):
    states = runs(folder, tmp_path)
    first = states.run((), 0)
    assert states.run((), 1)["val"] != first["val"]
    assert states.run(("learning_rate=1e-4",), 0)["val"] != first["val"]
