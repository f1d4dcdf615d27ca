"""The same crystal gives the same numbers, whatever computes them and beside whatever."""

import pytest
import torch

from crysformer.errors import StructureError
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from tests.support.crystals import rock_salt, wurtzite
from tests.support.random_model import random_checkpoint

MODELS = ("jarvis-dft-3d", "jarvis-mp")
# Of a property's validation error: a tenth of what the golden predictions allow. Measured
# on 61 library crystals: 2e-5 in the worst property.
BOUND = 1e-4


@pytest.fixture(scope="module")
def crystals():
    """Small and large crystals of the library, of many structure types."""
    structures = [crystal.structure() for crystal in load_library().values()]
    return [each for each in structures if len(each) <= 40][::16]


@pytest.fixture(scope="module", params=MODELS)
def predictor(request):
    return Predictor(request.param, "cpu")


def furthest(predictor, some, others) -> float:
    """Largest difference of two lists of predictions, in validation errors."""
    errors = predictor.validation_errors
    return max(
        abs(one.values[key] - other.values[key]) / errors[key]
        for one, other in zip(some, others, strict=True)
        for key in one.shown
        if errors.get(key)
    )


def test_single_precision_is_as_good_as_double(predictor, crystals):
    double = Predictor(predictor.name, "cpu", torch.float64)
    difference = furthest(
        predictor, predictor.predict(crystals), double.predict(crystals)
    )
    assert 0.0 < difference < BOUND


def test_neither_batches_nor_order_nor_repetition_matter(predictor, crystals):
    together = predictor.predict(crystals)
    alone = [predictor.predict([crystal])[0] for crystal in crystals]
    backwards = predictor.predict(crystals[::-1])[::-1]
    again = predictor.predict(crystals)
    assert furthest(predictor, together, alone) < BOUND
    assert furthest(predictor, together, backwards) < BOUND
    assert [each.values for each in together] == [each.values for each in again]


def test_the_number_of_threads_does_not_matter(predictor, crystals):
    before = torch.get_num_threads()
    predictions = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            predictions.append(predictor.predict(crystals))
    finally:
        torch.set_num_threads(before)
    for other in predictions[1:]:
        assert furthest(predictor, predictions[0], other) < BOUND


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_the_device_does_not_matter(predictor, crystals):
    other = Predictor(predictor.name, "cuda")
    difference = furthest(predictor, predictor.predict(crystals), other.predict(crystals))
    assert difference < 10 * BOUND


def test_a_number_that_is_not_finite_is_refused_and_ends_no_other(monkeypatch):
    predictor = Predictor(random_checkpoint(), "cpu", torch.float64)
    zinc = 30
    with torch.no_grad():
        predictor.model.atom_embedding.weight[zinc] = float("nan")
    with pytest.raises(StructureError, match="no finite number for ZnS"):
        predictor.predict([wurtzite()])
    fine, refused = predictor.predict_each([rock_salt(), wurtzite()])
    assert fine.formula == "NaCl"
    assert "no finite number" in refused
