"""Coordination of textbook crystals."""

import pytest

from crysformer.description.coordination import coordination
from crysformer.library.catalogue import load_library

# Atom, coordination number, its neighbours, and their distance from a = 5.64 Å and so on.
NEIGHBOURS = [
    ("rock-salt-nacl", "Na", 6, "Cl", 5.640 / 2),
    ("caesium-chloride-cscl", "Cs", 8, "Cl", 4.12 * 3**0.5 / 2),
    ("diamond-si", "Si", 4, "Si", 5.431 * 3**0.5 / 4),
    ("fluorite-caf2", "Ca", 8, "F", 5.463 * 3**0.5 / 4),
    ("fluorite-caf2", "F", 4, "Ca", 5.463 * 3**0.5 / 4),
    ("rutile-tio2", "Ti", 6, "O", 1.947),
    ("rutile-tio2", "O", 3, "Ti", 1.947),
]


@pytest.mark.parametrize(("name", "element", "number", "other", "length"), NEIGHBOURS)
def test_coordination(name, element, number, other, length):
    found = coordination(load_library()[name].structure())
    atom = next(each for each in found if each.element == element)
    assert atom.number == number
    assert [shell.element for shell in atom.shells] == [other]
    assert atom.shells[0].shortest == pytest.approx(length, abs=0.006)


def test_coordination_text():
    [silicon] = coordination(load_library()["diamond-si"].structure())
    assert silicon.row() == {
        "Atom": "Si (×8)",
        "Coordination": "4",
        "Bonded to": "4 Si at 2.352 Å",
    }
