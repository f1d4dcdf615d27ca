"""A scene on paper: where its parts lie in a flat picture, and how deep."""

from dataclasses import dataclass

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.picture.scene import Scene

# The twelve edges of a cell, as pairs of corners in fractions.
_EDGES = np.array(
    [
        (corner, corner + step)
        for corner in np.array(list(np.ndindex(2, 2, 2)))
        for step in np.eye(3, dtype=int)
        if not (corner @ step)
    ]
)


@dataclass(frozen=True)
class Projection:
    """The home view of a scene, fitted into a picture.

    Attributes:
        turn: Rotation whose rows are right, up and towards the eye, (3, 3).
        scale: Pixels per Å.
        middle: Point of the turned picture's plane that lies in its middle, Å, (2,).
        size: Width and height in pixels, (2,).
        edges: Ends of the cell's twelve edges, Å, (12, 2, 3).
    """

    turn: FloatArray
    scale: float
    middle: FloatArray
    size: FloatArray
    edges: FloatArray

    @classmethod
    def of(cls, scene: Scene, width: int, height: int, margin: float) -> "Projection":
        """Fit atoms and cell into a picture.

        Args:
            scene: What is drawn.
            width: Pixels.
            height: Pixels.
            margin: Pixels kept free on each side.
        """
        payload = scene.payload
        turn = _rotation(payload["views"]["home"])
        edges = _EDGES @ np.array(payload["cell"]["matrix"])
        centres = np.array(payload["atoms"]["xyz"]) @ turn.T
        reach = radii(scene)[:, None]
        corners = (edges.reshape(-1, 3) @ turn.T)[:, :2]
        flat = centres[:, :2]
        low = np.minimum((flat - reach).min(axis=0), corners.min(axis=0))
        high = np.maximum((flat + reach).max(axis=0), corners.max(axis=0))
        size = np.array([width, height], dtype=float)
        scale = float(((size - 2 * margin) / (high - low)).min())
        return cls(turn, scale, (low + high) / 2, size, edges)

    def place(self, points: FloatArray) -> FloatArray:
        """Pixels right, pixels down and Å towards the eye; (..., 3) to (..., 3)."""
        turned = points @ self.turn.T
        flat = (turned[..., :2] - self.middle) * self.scale * np.array([1.0, -1.0])
        return np.concatenate([flat + self.size / 2, turned[..., 2:]], axis=-1)


def radii(scene: Scene) -> FloatArray:
    """Radius of every drawn atom, Å."""
    sites, atoms = scene.payload["sites"], scene.payload["atoms"]
    return np.array(sites["radius"])[atoms["site"]]


def _rotation(quaternion: list[float]) -> FloatArray:
    """Matrix of a unit quaternion ``[x, y, z, w]``."""
    x, y, z, w = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
