"""Primitive vectors by the number ibrav of Quantum ESPRESSO.

The vectors are those of its documentation (INPUT_PW, version 7), in units of celldm(1).
"""

from math import sqrt

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError


def bravais_vectors(ibrav: int, celldm: FloatArray) -> FloatArray:
    """Return three vectors as rows, in units of the lattice parameter a.

    Args:
        ibrav: Number of the lattice, not 0.
        celldm: Six parameters: a, b/a, c/a and the cosines that the lattice needs.

    Raises:
        StructureError: There is no such lattice, or its parameters are impossible.
    """
    _, b, c, *cosines = celldm.tolist()
    if any(abs(each) >= 1 for each in cosines):
        raise StructureError("has a cosine above 1 in celldm; correct it")
    builders = (_cubic, _three_fold, _tetragonal, _orthorhombic, _monoclinic)
    for build in builders:
        rows = build(ibrav, b, c, cosines)
        if rows:
            return np.array(rows, dtype=float)
    if ibrav == 14:
        return _triclinic(b, c, cosines)
    raise StructureError(f"has the unknown lattice ibrav = {ibrav}; use ibrav = 0")


Rows = list[list[float]]


def _cubic(ibrav: int, b: float, c: float, cosines: list[float]) -> Rows:
    return {
        1: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        2: [[-0.5, 0, 0.5], [0, 0.5, 0.5], [-0.5, 0.5, 0]],
        3: [[0.5, 0.5, 0.5], [-0.5, 0.5, 0.5], [-0.5, -0.5, 0.5]],
        -3: [[-0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.5, 0.5, -0.5]],
    }.get(ibrav, [])


def _three_fold(ibrav: int, b: float, c: float, cosines: list[float]) -> Rows:
    """Hexagonal, and rhombohedral along z (5) or along the diagonal (-5)."""
    if ibrav == 4:
        return [[1, 0, 0], [-0.5, sqrt(3) / 2, 0], [0, 0, c]]
    if abs(ibrav) != 5:
        return []
    cosine = cosines[0]
    if cosine <= -0.5:
        raise StructureError(f"has cos(γ) = {cosine:g}, impossible for ibrav = {ibrav}")
    x, y, z = sqrt((1 - cosine) / 2), sqrt((1 - cosine) / 6), sqrt((1 + 2 * cosine) / 3)
    if ibrav == 5:
        return [[x, -y, z], [0, 2 * y, z], [-x, -y, z]]
    u = (z - 2 * sqrt(2) * y) / sqrt(3)
    v = (z + sqrt(2) * y) / sqrt(3)
    return [[u, v, v], [v, u, v], [v, v, u]]


def _tetragonal(ibrav: int, b: float, c: float, cosines: list[float]) -> Rows:
    return {
        6: [[1, 0, 0], [0, 1, 0], [0, 0, c]],
        7: [[0.5, -0.5, c / 2], [0.5, 0.5, c / 2], [-0.5, -0.5, c / 2]],
    }.get(ibrav, [])


def _orthorhombic(ibrav: int, b: float, c: float, cosines: list[float]) -> Rows:
    return {
        8: [[1, 0, 0], [0, b, 0], [0, 0, c]],
        9: [[0.5, b / 2, 0], [-0.5, b / 2, 0], [0, 0, c]],
        -9: [[0.5, -b / 2, 0], [0.5, b / 2, 0], [0, 0, c]],
        91: [[1, 0, 0], [0, b / 2, -c / 2], [0, b / 2, c / 2]],
        10: [[0.5, 0, c / 2], [0.5, b / 2, 0], [0, b / 2, c / 2]],
        11: [[0.5, b / 2, c / 2], [-0.5, b / 2, c / 2], [-0.5, -b / 2, c / 2]],
    }.get(ibrav, [])


def _monoclinic(ibrav: int, b: float, c: float, cosines: list[float]) -> Rows:
    """Unique axis c with the cosine of γ, or unique axis b with that of β."""
    cosine = cosines[0] if ibrav > 0 else cosines[1]
    sine = sqrt(1 - cosine**2)
    in_plane, out = [b * cosine, b * sine, 0.0], [c * cosine, 0.0, c * sine]
    return {
        12: [[1, 0, 0], in_plane, [0, 0, c]],
        -12: [[1, 0, 0], [0, b, 0], out],
        13: [[0.5, 0, -c / 2], in_plane, [0.5, 0, c / 2]],
        -13: [[0.5, b / 2, 0], [-0.5, b / 2, 0], out],
    }.get(ibrav, [])


def _triclinic(b: float, c: float, cosines: list[float]) -> FloatArray:
    alpha, beta, gamma = cosines
    sine = sqrt(1 - gamma**2)
    z = 1 + 2 * alpha * beta * gamma - alpha**2 - beta**2 - gamma**2
    if z <= 0:
        raise StructureError("has angles in celldm that no cell has; correct them")
    return np.array(
        [
            [1, 0, 0],
            [b * gamma, b * sine, 0],
            [c * beta, c * (alpha - beta * gamma) / sine, c * sqrt(z) / sine],
        ]
    )
