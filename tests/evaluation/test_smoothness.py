"""Jumps of predictions under growing noise, measured and as they ship."""

import numpy as np
import pytest

from crysformer.errors import WeightsError
from crysformer.evaluation.smoothness import (
    CRYSTALS,
    SIZES,
    measure_jumps,
    noisy,
    read_jumps,
    write_jumps,
)
from crysformer.library.catalogue import get_crystal
from crysformer.model.checksums import write_checksums
from crysformer.model.files import SMOOTHNESS
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.structure.symmetry import SYMPREC

MODELS = ("jarvis-dft-3d", "jarvis-mp")


def test_noise_moves_atoms_by_what_is_said_in_fixed_directions():
    structure = get_crystal("wurtzite-zno").structure()
    start, one, two = noisy(structure, (0.01, 0.02))
    moves = [
        (each.frac_coords - start.frac_coords) @ structure.lattice.matrix
        for each in (one, two)
    ]
    assert np.sqrt((moves[0] ** 2).sum(axis=1).mean()) == pytest.approx(0.01)
    assert moves[1] == pytest.approx(2 * moves[0])
    assert np.array_equal(start.frac_coords, structure.frac_coords)


@pytest.mark.parametrize("model", MODELS)
def test_the_shipped_jumps_are_those_of_the_shipped_weights(model):
    predictor = Predictor(model, "cpu")
    shipped = read_jumps(weights_folder() / model)
    shown = [key for key in predictor.checkpoint.keys if PROPERTIES[key].shown]
    assert list(dict.fromkeys(shipped["property"])) == shown
    assert len(shipped) == len(shown) * len(SIZES)
    assert set(shipped["crystal"]) <= set(CRYSTALS)
    # Two crystals again, in a few steps: none of their jumps is beyond the largest.
    steps = SIZES[-4:]
    for jump in measure_jumps(predictor, CRYSTALS[:2], SIZES):
        if jump.displacement in steps:
            row = shipped[
                (shipped["property"] == jump.property)
                & np.isclose(shipped["displacement"], jump.displacement)
            ]
            error = predictor.validation_errors[jump.property]
            assert jump.largest <= row["largest"].item() * 1.01 + 1e-3 * error


@pytest.mark.parametrize("model", MODELS)
def test_noise_within_the_tolerance_of_symmetry_changes_next_to_nothing(model):
    predictor = Predictor(model, "cpu")
    shipped = read_jumps(weights_folder() / model)
    small = shipped[shipped["displacement"] < SYMPREC / 5]
    errors = small["property"].map(predictor.validation_errors)
    assert (small["typical"] < 0.01 * errors).all()


def test_a_damaged_table_is_named_and_a_missing_one_is_none(tmp_path):
    assert read_jumps(tmp_path) is None
    write_jumps([], tmp_path)
    path = tmp_path / SMOOTHNESS
    path.write_text("property,displacement\nmagmom_oszicar,0.1\n")
    write_checksums(tmp_path)
    with pytest.raises(WeightsError, match="jumps"):
        read_jumps(tmp_path)
