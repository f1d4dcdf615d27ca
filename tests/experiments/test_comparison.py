"""Predictions side by side."""

from crysformer.experiments.comparison import compare
from crysformer.predict.prediction import Prediction


def prediction(energy, modulus, intervals=None):
    values = {
        "formation_energy_peratom": energy,
        "bulk_modulus_kv": modulus,
        "ehull": 9.0,
    }
    return Prediction("X", "model", values, 2, intervals=intervals or {})


def test_values_differences_and_errors():
    pair = [prediction(-1.0, 50.0), prediction(-1.5, 40.0)]
    energy, modulus = compare(pair, {"formation_energy_peratom": 0.1})
    assert energy.values == (-1.0, -1.5)
    assert energy.differences == (0.0, -0.5)
    assert not energy.within_error(1)
    assert modulus.differences == (0.0, -10.0)
    assert modulus.error is None
    assert not modulus.within_error(1)


def test_small_differences_are_known_as_such():
    pair = [prediction(-1.0, 50.0), prediction(-1.05, 40.0)]
    energy, _ = compare(pair, {"formation_energy_peratom": 0.1})
    assert energy.within_error(1)


def test_hidden_properties_stay_hidden_and_negative_moduli_are_zero():
    rows = compare([prediction(-1.0, -20.0), prediction(-1.0, 30.0)], {})
    assert [row.key for row in rows] == ["formation_energy_peratom", "bulk_modulus_kv"]
    assert rows[1].values == (0.0, 30.0)
    assert rows[1].differences == (0.0, 30.0)


def test_intervals_go_with_their_values():
    known = prediction(-1.0, 50.0, {"formation_energy_peratom": (-1.2, -0.9)})
    energy, modulus = compare([known, prediction(-2.0, 40.0)], {})
    assert energy.intervals == ((-1.2, -0.9), None)
    assert modulus.intervals == (None, None)
