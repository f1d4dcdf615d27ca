"""Bands of novelty, and twins of training crystals apart from them."""

import numpy as np

from crysformer.trust.bands import BANDS, BEYOND, TWINS, bands, bands_of
from crysformer.trust.novelty import Novelty


def test_percentiles_fall_into_bands_whose_names_say_which():
    found = bands(np.array([0.0, 49.9, 50.0, 89.9, 90.0, 98.9, 99.0, 100.0]), [""] * 8)
    names = [BANDS[place] for place in found]
    assert names == [name for name in BANDS[:TWINS] for _ in range(2)]
    assert BANDS[BEYOND] == "99 or more"


def test_a_twin_is_one_however_odd_and_a_near_crystal_is_none():
    novelties = [Novelty(99.5, (), match) for match in ("", "near", "same")]
    assert bands_of(novelties).tolist() == [BEYOND, BEYOND, TWINS]


def test_no_crystals_have_no_bands():
    assert bands_of([]).shape == (0,)
