"""Facts of the library that are damaged: each fault is a sentence."""

import re

import pytest

from crysformer.errors import LibraryError
from crysformer.library.parse import parse_library

GOOD = """
[reference]
crc = "A handbook (1999)"
[crystal.rock-salt-nacl]
name = "Salt"
formula = "NaCl"
prototype = "rock salt"
tags = ["halide"]
space_group = 225
lattice = { a = 5.64 }
sites = ["Na 4a 0 0 0", "Cl 4b 1/2 1/2 1/2"]
density = 2.17
source = "crc"
"""


def test_good_facts_are_read():
    (salt,) = parse_library(GOOD).values()
    assert (salt.density, salt.density_source) == (2.17, "A handbook (1999)")
    assert salt.note == ""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[reference]", "[reference", "not valid TOML"),
        (GOOD, GOOD + GOOD[GOOD.index("[crystal") :], "not valid TOML"),
        (GOOD, "", "holds no crystal"),
        ("rock-salt-nacl]", "Rock-Salt-nacl]", "lower-case words"),
        ("rock-salt-nacl]", "rock-salt-kcl]", "end with -nacl"),
        ('name = "Salt"\n', "", "lacks name"),
        ('name = "Salt"', 'name = ""', "has no text in name"),
        ('name = "Salt"', 'name = "Salt"\ncolour = "white"', "unknown fields: colour"),
        ('["halide"]', '["Halide!"]', "tags of the wrong form: Halide!"),
        ('["halide"]', '["halide", "halide"]', "same tag twice"),
        ("225", "231", "no space group number 231"),
        ("density = 2.17", "density = -1", "a density of -1"),
        ("density = 2.17", 'density_source = "crc"', "a density source, no density"),
        ('source = "crc"', 'source = "hearsay"', "an unknown source, hearsay"),
        ("{ a = 5.64 }", "{ a = 5.64, c = 5.64 }", "must give a as positive"),
        ("{ a = 5.64 }", "{ a = 0 }", "must give a as positive"),
        ("Cl 4b 1/2 1/2 1/2", "Cl 1/2 1/2 1/2", "has the site 'Cl 1/2 1/2 1/2'"),
        ('["Na 4a 0 0 0", "Cl 4b 1/2 1/2 1/2"]', "[]", "has no sites"),
    ],
)
def test_damaged_facts_are_refused_with_a_sentence(old, new, complaint):
    with pytest.raises(LibraryError, match=re.escape(complaint)):
        parse_library(GOOD.replace(old, new))


def test_coordinates_off_their_wyckoff_position_are_refused():
    (crystal,) = parse_library(GOOD.replace("1/2 1/2 1/2", "0.51 1/2 1/2")).values()
    with pytest.raises(LibraryError, match=r"Cl on 4b, but its coordinates make 24"):
        crystal.structure()
