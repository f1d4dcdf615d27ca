"""Where the camera looks from."""

import numpy as np
import pytest

from crysformer.picture.camera import presets


def test_camera_presets_look_down_their_axes():
    matrix = np.array([[3.0, 0.2, 0.1], [-1.0, 4.0, 0.3], [0.5, 0.4, 5.0]])
    views = presets(matrix)
    for k, name in enumerate("abc"):
        x, y, z, w = views[name]
        towards_eye = [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]
        axis = matrix[k] / np.linalg.norm(matrix[k])
        assert towards_eye == pytest.approx(axis, abs=1e-5)
        assert np.linalg.norm(views[f"{name}*"]) == pytest.approx(1, abs=1e-5)
