"""Atoms painted by their attention."""

import numpy as np
import pytest

from crysformer.attention.reduce import Choice
from crysformer.attention.sites import paint_sites, site_numbers
from crysformer.picture.scene import build_scene
from tests.support.attention import CHAIN

WEIGHTS = Choice(block=0, measure="Weight")


def test_atoms_painted_by_numbers_have_a_bar_instead_of_elements(chain):
    numbers = site_numbers(chain, WEIGHTS)
    assert numbers["Effective neighbours"][1] == pytest.approx(np.exp(1.5 * np.log(2)))
    painted = paint_sites(numbers["Entropy"], "Entropy (nats)", signed=False)
    payload = build_scene(CHAIN, painted=painted).payload
    assert payload["sites"]["colour"] == list(painted.colour)
    assert payload["sites"]["note"][1] == f"entropy (nats) {1.5 * np.log(2):.3g}"
    assert payload["legend"] == []
    assert payload["site_bar"]["title"] == "Entropy (nats)"
    plain = build_scene(CHAIN).payload
    assert plain["site_bar"] is None
    assert [entry["symbol"] for entry in plain["legend"]] == ["C", "N"]


def test_spread_of_the_difference_is_the_difference_of_spreads(chain):
    found = site_numbers(chain, Choice("Difference"))["Entropy"]
    one, two = (
        site_numbers(chain, Choice(name))["Entropy"] for name in ("Cross", "Conditional")
    )
    assert found == pytest.approx(one - two)
    painted = paint_sites(found, "Entropy (nats)", signed=True)
    assert {"at": 0.5, "text": "0"} in painted.bar["ticks"]


def test_unknown_numbers_paint_nothing():
    assert paint_sites(np.array([np.nan, 1.0]), "x", signed=True) is None
