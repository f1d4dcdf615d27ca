"""Simulated powder diffraction: where X-rays of one wavelength would be reflected.

Kinematic intensities of pymatgen's ``XRDCalculator``: structure factors with atomic
scattering parameters, Lorentz-polarisation factor, no temperature factor, no absorption,
no preferred orientation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, degrees, pi
from types import MappingProxyType

from pymatgen.core import Structure

from crysformer.description.wyckoff import wyckoff_table
from crysformer.errors import SettingsError, StructureError
from crysformer.structure.cells import in_cell

# Means of K-alpha 1 and 2, weighted 2:1, Å, under pymatgen's names.
RADIATIONS: Mapping[str, str] = MappingProxyType(
    {
        "Cu Kα": "CuKa",
        "Mo Kα": "MoKa",
        "Co Kα": "CoKa",
        "Cr Kα": "CrKa",
        "Fe Kα": "FeKa",
        "Ag Kα": "AgKa",
    }
)
TWO_THETA = (5.0, 90.0)
# Each costs about 0.1 ms: a pattern never takes more than a few seconds.
MAX_REFLECTIONS = 20_000
MIN_INTENSITY = 0.1


@dataclass(frozen=True)
class Reflection:
    """One line of a powder pattern.

    Attributes:
        two_theta: Angle between incident and reflected ray, degrees.
        intensity: Per cent of the strongest line.
        spacing: Distance of the lattice planes, Å.
        planes: Miller indices in the conventional cell; several where lines coincide.
    """

    two_theta: float
    intensity: float
    spacing: float
    planes: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A powder pattern.

    Attributes:
        radiation: One of ``RADIATIONS``.
        wavelength: Å.
        end: Largest angle that was computed, degrees.
        reflections: Lines by angle.
    """

    radiation: str
    wavelength: float
    end: float
    reflections: tuple[Reflection, ...]


def powder_pattern(structure: Structure, radiation: str = "Cu Kα") -> Pattern:
    """Simulate the powder pattern of an ordered crystal.

    Args:
        structure: Ordered crystal; its conventional cell gives the Miller indices.
        radiation: One of ``RADIATIONS``.

    Returns:
        Lines of at least ``MIN_INTENSITY`` per cent. A large cell has too many lattice
        planes to count all of them: then the pattern ends at a smaller angle.

    Raises:
        SettingsError: The radiation is unknown.
        StructureError: pymatgen has no scattering parameters for an element.
    """
    if radiation not in RADIATIONS:
        raise SettingsError(
            f"{radiation!r} is not a known radiation; choose one of "
            f"{', '.join(RADIATIONS)}."
        )
    # Importing it takes half a second, which only who asks for a pattern pays.
    from pymatgen.analysis.diffraction.xrd import XRDCalculator

    calculator = XRDCalculator(RADIATIONS[radiation])
    crystal = in_cell(structure, "Conventional")
    end = _last_angle(crystal.volume, calculator.wavelength)
    try:
        pattern = calculator.get_pattern(crystal, two_theta_range=(TWO_THETA[0], end))
    except ValueError as error:
        raise StructureError(
            f"{structure.composition.reduced_formula} has no simulated pattern: {error}"
        ) from error
    rhombohedral = wyckoff_table(crystal).space_group.startswith("R")
    lines = zip(pattern.x, pattern.y, pattern.d_hkls, pattern.hkls, strict=True)
    return Pattern(
        radiation,
        calculator.wavelength,
        end,
        tuple(
            Reflection(
                float(two_theta),
                float(intensity),
                float(spacing),
                tuple(_plane(each["hkl"], rhombohedral) for each in planes),
            )
            for two_theta, intensity, spacing, planes in lines
            if intensity >= MIN_INTENSITY
        ),
    )


def _last_angle(volume: float, wavelength: float) -> float:
    """Angle up to which a cell has at most ``MAX_REFLECTIONS`` lattice planes.

    Reciprocal lattice points within 1/d fill a sphere: 4/3 pi V / d^3 of them.
    """
    spacing = (4 / 3 * pi * volume / MAX_REFLECTIONS) ** (1 / 3)
    sine = wavelength / (2 * spacing)
    return TWO_THETA[1] if sine >= 1 else min(TWO_THETA[1], 2 * degrees(asin(sine)))


def _plane(indices: tuple[int, ...], rhombohedral: bool) -> str:
    """Write Miller indices h k l.

    Of equivalent hexagonal indices pymatgen gives any four; written here are the ones
    without a minus sign, in a rhombohedral lattice those of the obverse setting.
    """
    if len(indices) == 4:
        small, middle, _ = sorted(map(abs, indices[:3]))
        last = abs(indices[3])
        order = [(middle, small, last), (small, middle, last)]
        obverse = [(h, k, i) for h, k, i in order if (k - h + i) % 3 == 0]
        indices = (obverse or order)[0] if rhombohedral else order[0]
    numbers = [str(index).replace("-", "\N{MINUS SIGN}") for index in indices]
    return f"({' '.join(numbers)})"
