"""Powder patterns against Bragg's law and textbook extinctions."""

from math import asin, cos, degrees, pi, radians, sqrt

import pytest

from crysformer.description.diffraction import (
    MAX_REFLECTIONS,
    MIN_INTENSITY,
    RADIATIONS,
    powder_pattern,
)
from crysformer.errors import SettingsError
from crysformer.library.catalogue import load_library

CU, MO = 1.54184, 0.71073


def bragg(wavelength, spacing):
    return 2 * degrees(asin(wavelength / (2 * spacing)))


def cubic(name):
    structure = load_library()[name].structure()
    return structure, structure.lattice.a


@pytest.mark.parametrize(
    ("name", "planes"),
    [
        # Diamond: all odd, or all even with a sum divisible by four.
        ("diamond-si", ["111", "220", "311", "400", "331", "422", "511"]),
        # Rock salt: all odd (weak) or all even (strong).
        ("rock-salt-nacl", ["111", "200", "220", "311", "222", "400", "331", "420"]),
        # Body-centred: an even sum.
        ("bcc-fe", ["110", "200", "211", "220"]),
    ],
)
@pytest.mark.parametrize(("radiation", "wavelength"), [("Cu Kα", CU), ("Mo Kα", MO)])
def test_lines_of_cubic_crystals_obey_bragg(name, planes, radiation, wavelength):
    structure, a = cubic(name)
    lines = powder_pattern(structure, radiation).reflections
    spacings = [a / sqrt(sum(int(k) ** 2 for k in plane)) for plane in planes]
    expected = [bragg(wavelength, spacing) for spacing in spacings]
    found = [line.two_theta for line in lines[: len(planes)]]
    shown = sum(angle < 90 for angle in expected)
    assert found[:shown] == pytest.approx(expected[:shown], abs=0.002)
    assert [line.spacing for line in lines[:shown]] == pytest.approx(spacings[:shown])


def test_known_angles_of_silicon():
    structure, _ = cubic("diamond-si")
    lines = powder_pattern(structure).reflections
    # NIST SRM 640 with the mean Cu wavelength: 28.47 and 47.35 degrees.
    assert lines[0].two_theta == pytest.approx(28.47, abs=0.02)
    assert lines[1].two_theta == pytest.approx(47.35, abs=0.03)
    assert lines[0].planes == ("(1 1 1)",)
    assert lines[0].intensity == pytest.approx(100)


def test_odd_lines_of_rock_salt_are_weak_because_the_ions_differ_little():
    structure, _ = cubic("rock-salt-nacl")
    height = {
        line.planes[0]: line.intensity for line in powder_pattern(structure).reflections
    }
    assert height["(2 0 0)"] == pytest.approx(100)
    assert height["(1 1 1)"] < 15
    assert min(height.values()) >= MIN_INTENSITY


def test_planes_of_hexagonal_and_rhombohedral_cells_are_the_usual_ones():
    zinc_oxide = load_library()["wurtzite-zno"].structure()
    first = [line.planes[0] for line in powder_pattern(zinc_oxide).reflections[:5]]
    assert first == ["(1 0 0)", "(0 0 2)", "(1 0 1)", "(1 0 2)", "(1 1 0)"]
    corundum = load_library()["corundum-al2o3"].structure()
    first = [line.planes[0] for line in powder_pattern(corundum).reflections[:4]]
    assert first == ["(0 1 2)", "(1 0 4)", "(1 1 0)", "(0 0 6)"]


def test_the_cell_that_describes_a_crystal_does_not_matter():
    structure, _ = cubic("rock-salt-nacl")
    primitive = structure.get_primitive_structure()
    expected, found = powder_pattern(structure), powder_pattern(primitive)
    assert [line.planes for line in found.reflections] == [
        line.planes for line in expected.reflections
    ]


def test_a_large_cell_ends_early():
    structure, a = cubic("garnet-y3al5o12")
    pattern = powder_pattern(structure, "Ag Kα")
    assert pattern.end < 90
    nearest = pattern.wavelength / (2 * sqrt((1 - cos(radians(pattern.end))) / 2))
    planes = 4 / 3 * pi * a**3 / nearest**3
    assert planes == pytest.approx(MAX_REFLECTIONS, rel=1e-3)


def test_unknown_radiation_is_a_sentence():
    structure, _ = cubic("bcc-fe")
    with pytest.raises(SettingsError, match="'Au' is not a known radiation"):
        powder_pattern(structure, "Au")


def test_every_radiation_is_known_to_pymatgen():
    structure, _ = cubic("bcc-fe")
    waves = [powder_pattern(structure, name).wavelength for name in RADIATIONS]
    assert waves == [1.54184, 0.71073, 1.79026, 2.291, 1.93735, 0.560885]
