"""One element in the place of another."""

import numpy as np
import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import load_library
from crysformer.structure.substitution import VACANCY, substitute


def crystal(name):
    return load_library()[name].structure()


def test_substitution_swaps_every_site_and_nothing_else():
    salt = crystal("rock-salt-nacl")
    found = substitute(salt, "Na", "K")
    assert found.composition.reduced_formula == "KCl"
    assert found.lattice == salt.lattice
    np.testing.assert_array_equal(found.frac_coords, salt.frac_coords)
    assert salt.composition.reduced_formula == "NaCl"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Na", "Na", "Replacing Na by Na leaves NaCl unchanged"),
        ("K", "Na", "NaCl contains no K; choose one of Na, Cl"),
        ("Na", "Xx", "'Xx' is not a chemical element"),
        ("<b>", "Na", "NaCl contains no <b>"),
    ],
)
def test_pointless_substitutions_are_sentences(old, new, sentence):
    with pytest.raises(SettingsError, match=sentence):
        substitute(crystal("rock-salt-nacl"), old, new)


def test_one_site_is_swapped_or_left_empty():
    salt = crystal("rock-salt-nacl")
    swapped, empty = substitute(salt, "Na1", "K"), substitute(salt, "Na1", VACANCY)
    assert swapped.composition.formula == "K1 Na3 Cl4"
    assert empty.composition.formula == "Na3 Cl4"
    assert len(salt) == 8


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("rock-salt-nacl", "Na", VACANCY, "choose one site"),
        ("rock-salt-nacl", "Na1", "Na", "holds Na already"),
        ("rock-salt-nacl", "Na1", "Xx", "'Xx' is not"),
        ("rock-salt-nacl", "Na9", "K", "contains no Na9"),
    ],
)
def test_a_bad_change_of_one_site_is_a_sentence(name, old, new, sentence):
    with pytest.raises(SettingsError, match=sentence):
        substitute(crystal(name), old, new)
