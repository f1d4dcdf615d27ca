"""One crystal has one prediction, whatever cell describes it."""

from types import SimpleNamespace

import pytest

from crysformer.experiments.cell_check import SAME, check_cells
from crysformer.library.catalogue import load_library
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor


def prediction(energy, modulus, intervals=None):
    values = {
        "formation_energy_peratom": energy,
        "bulk_modulus_kv": modulus,
        "ehull": 9.0,
    }
    return Prediction("X", "model", values, 2, intervals=intervals or {})


@pytest.mark.parametrize("name", ["rock-salt-nacl", "bcc-fe", "quartz-sio2"])
def test_every_cell_of_a_crystal_gets_the_same_prediction(name):
    predictor, structure = Predictor(), load_library()[name].structure()
    check = check_cells(predictor, structure, predictor.predict([structure])[0])
    assert check.same
    assert check.share < SAME / 10
    assert check.sites[3] == 2 * check.sites[0]


def test_a_network_that_sees_the_cell_is_found_out():
    counting = SimpleNamespace(
        validation_errors={"formation_energy_peratom": 0.1},
        predict=lambda given: [prediction(len(each) / 10, 1.0) for each in given],
    )
    structure = load_library()["rock-salt-nacl"].structure()
    check = check_cells(counting, structure, counting.predict([structure])[0])
    assert check.furthest == "formation_energy_peratom"
    assert check.difference == pytest.approx(1.4)
    assert check.share == pytest.approx(14)
    assert not check.same


def test_values_per_cell_are_compared_per_atom():
    magnet = SimpleNamespace(
        validation_errors={"magmom_oszicar": 0.25},
        predict=lambda given: [
            Prediction("Fe", "m", {"magmom_oszicar": 2.2 * len(each)}, len(each))
            for each in given
        ],
    )
    structure = load_library()["bcc-fe"].structure()
    check = check_cells(magnet, structure, magnet.predict([structure])[0])
    assert check.difference == pytest.approx(0)
    assert check.same
