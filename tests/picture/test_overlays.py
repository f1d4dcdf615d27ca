"""Wedges between two bonds."""

import numpy as np
import pytest

from crysformer.picture.overlays import angle_wedge


def test_wedge_spans_the_angle_even_when_straight():
    right, up = np.array([2.0, 0, 0]), np.array([0, 3.0, 0])
    options = {"radius": 1.0, "colour": "#ffffff", "bond_id": 7, "text": "90°"}
    corners = np.array(angle_wedge(np.zeros(3), right, up, **options)["corners"])
    assert corners[1] == pytest.approx([1, 0, 0])
    assert corners[-1] == pytest.approx([0, 1, 0])
    straight = np.array(angle_wedge(np.zeros(3), right, -right, **options)["corners"])
    assert straight[-1] == pytest.approx([-1, 0, 0])
    assert np.linalg.norm(straight[1:], axis=1) == pytest.approx(np.ones(11), abs=1e-4)
