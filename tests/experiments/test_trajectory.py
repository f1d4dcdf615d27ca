"""Properties over the frames of a file."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.experiments.trajectory import BATCH_CRYSTALS, trace_frames
from crysformer.predict.predictor import Predictor


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


def caesium_chloride(length):
    return Structure(Lattice.cubic(length), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_a_trace_has_the_value_of_every_frame_alone(predictor):
    frames = [caesium_chloride(length) for length in np.linspace(3.9, 4.3, 40)]
    shares = []
    trace = trace_frames(predictor, frames, lambda share, _: shares.append(share))
    assert trace.failed == 0
    assert shares == [0, BATCH_CRYSTALS / 40]
    key = "formation_energy_peratom"
    alone = [predictor.predict([frame])[0].values[key] for frame in frames]
    assert trace.values[key][:, 0] == pytest.approx(alone, rel=1e-4, abs=1e-5)
    assert all(values.shape == (40, 3) for values in trace.values.values())


def test_a_frame_that_cannot_be_predicted_is_a_gap(predictor):
    frames = [caesium_chloride(4.1), caesium_chloride(90.0), caesium_chloride(4.2)]
    trace = trace_frames(predictor, frames, lambda *_: None)
    assert trace.failed == 1
    for values in trace.values.values():
        assert np.isnan(values[1]).all()
