"""One element in the place of another."""

import numpy as np
import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import load_library
from crysformer.structure.substitution import substitute


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
