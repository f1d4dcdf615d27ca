"""The line on crystals that nearly have a higher symmetry."""

from crysformer.evaluation.smoothness import noisy
from crysformer.library.catalogue import get_crystal
from crysformer.structure.write import FORMATS
from tests.support.pages import POSCAR, app, upload


def notes(test):
    return [each.value for each in test.caption if "Near-symmetric" in each.value]


def test_a_shaken_crystal_is_told_what_its_symmetry_is_worth():
    shaken = noisy(get_crystal("rutile-tio2").structure(), (0.03,))[1]
    test = app()
    upload(test, "shaken.cif", FORMATS["CIF"].write(shaken).encode())
    [said] = notes(test)
    assert "within 0.1 Å" in said
    assert "P4₂/mnm (136)" in said
    assert "Effective electron mass" in said
    assert "mₑ" in said


def test_a_perfect_crystal_is_told_nothing():
    test = app()
    upload(test, "perfect.vasp", POSCAR.encode())
    assert notes(test) == []
