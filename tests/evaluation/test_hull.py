"""How often stable crystals are found: known shares, and halves that do not meet."""

import numpy as np
import pandas as pd
import pytest

from crysformer.evaluation.hull import hull_check
from crysformer.trust.stability import HULL, MIN_CRYSTALS


def table(count=3000, seed=0):
    """Crystals of which 70 % lie on the hull below 20 meV/atom predicted, 10 % above."""
    random = np.random.default_rng(seed)
    prediction = random.uniform(0.0, 0.04, count)
    stable = random.random(count) < np.where(prediction < 0.02, 0.7, 0.1)
    return pd.DataFrame(
        {
            "property": HULL,
            "match": "",
            "half": np.where(random.random(count) < 0.5, 1, 2),
            "target": np.where(stable, 0.0, 0.2),
            "prediction": prediction,
        }
    )


def test_precision_and_recall_are_those_that_were_drawn():
    calls = hull_check(table()).calls()
    assert [each["distance"] for each in calls] == [0.0, 25.0, 50.0, 100.0]
    for each in calls:  # Nobody lies between the hull and 200 meV/atom.
        assert each["n"] == 3000
        assert each["share"] == pytest.approx(0.4, abs=0.03)
        assert each["called"] == pytest.approx(0.5, abs=0.03)
        assert each["precision"] == pytest.approx(0.7, abs=0.04)
        assert each["recall"] == pytest.approx(0.35 / 0.4, abs=0.03)


def test_what_is_said_is_as_often_true():
    found = hull_check(table()).reliability(0.0)
    assert found["n"].sum() == 3000
    large = found[found["n"] > 300]
    assert large["said"].tolist() == pytest.approx(large["true"].tolist(), abs=0.06)


def test_no_crystal_has_a_say_in_its_own_probability():
    rows = table()
    first = (rows["half"] == 1).to_numpy()
    before = hull_check(rows).probabilities
    rows.loc[first, "target"] = 0.2 - rows.loc[first, "target"]
    after = hull_check(rows).probabilities
    np.testing.assert_array_equal(before[first], after[first])
    assert not np.allclose(before[~first], after[~first])


def test_without_the_property_nothing_is_checked():
    assert hull_check(table().assign(property="band_gap_pbe")) is None
    assert hull_check(table(MIN_CRYSTALS)) is None


def test_twins_of_training_crystals_neither_calibrate_nor_judge():
    rows = table()
    twins = rows.assign(match="same", target=0.0)
    both = hull_check(pd.concat([rows, twins], ignore_index=True))
    np.testing.assert_array_equal(both.probabilities, hull_check(rows).probabilities)
