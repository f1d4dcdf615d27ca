"""Camera presets of a crystal: rotations that look along its axes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Small turns off the a* axis: enough to see depth, too small to lose the cell's shape.
HOME_TURN, HOME_TILT = 24.0, 14.0


def presets(matrix: ArrayLike) -> dict[str, list[float]]:
    """Rotations for a viewer whose screen has x to the right and z towards the eye.

    Args:
        matrix: Lattice vectors as rows, Å.

    Returns:
        Quaternions ``[x, y, z, w]`` under the names a, b, c, a*, b*, c* (the eye looks
        down that vector towards the origin) and home (a slanted view).
    """
    a, b, c = rows = np.asarray(matrix, dtype=float)
    a_star, b_star, c_star = np.linalg.inv(rows).T
    views = {
        "a": _looking_down(a, up=c),
        "b": _looking_down(b, up=a),
        "c": _looking_down(c, up=b),
        "a*": _looking_down(a_star, up=c),
        "b*": _looking_down(b_star, up=a),
        "c*": _looking_down(c_star, up=b),
        "home": _tilt(HOME_TILT) @ _turn(HOME_TURN) @ _looking_down(a_star, up=c),
    }
    return {name: quaternion(rotation) for name, rotation in views.items()}


def _looking_down(
    axis: NDArray[np.float64], up: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rotation whose rows are the screen's right, up and towards-the-eye directions."""
    out = axis / np.linalg.norm(axis)
    level = up - (up @ out) * out
    level /= np.linalg.norm(level)
    return np.stack([np.cross(level, out), level, out])


def _turn(degrees: float) -> NDArray[np.float64]:
    """Turn the picture about the screen's vertical axis."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def _tilt(degrees: float) -> NDArray[np.float64]:
    """Tilt the picture about the screen's horizontal axis, the top towards the eye."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])


def quaternion(rotation: NDArray[np.float64]) -> list[float]:
    """Unit quaternion ``[x, y, z, w]`` of a rotation matrix, rounded to six digits.

    It is the eigenvector of the largest eigenvalue of a symmetric 4 x 4 matrix
    (Bar-Itzhack, J. Guid. Control Dyn. 23, 1085 (2000)), stable for every angle.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation
    form = np.array(
        [
            [xx - yy - zz, yx + xy, zx + xz, zy - yz],
            [yx + xy, yy - xx - zz, zy + yz, xz - zx],
            [zx + xz, zy + yz, zz - xx - yy, yx - xy],
            [zy - yz, xz - zx, yx - xy, xx + yy + zz],
        ]
    )
    vector = np.linalg.eigh(form)[1][:, -1]
    # q and -q are one rotation; a fixed sign keeps hashes equal on every machine.
    largest = vector[np.argmax(np.abs(np.round(vector, 6)))]
    return (np.round(vector * np.sign(largest), 6) + 0.0).tolist()
