"""Reading crystals: damaged and hostile content raises nothing but one sentence."""

import gzip
import re

import numpy as np
import pytest

from crysformer.errors import StructureError
from crysformer.structure.read import MAX_SITES, read_structure
from tests.support.crystal_files import EXPLICIT_CIF, FORMATS


def outcome(content):
    """Read hostile content; anything but a crystal or one sentence fails the test."""
    try:
        structure = read_structure(content)
    except StructureError as error:
        message = str(error)
        assert message.startswith("the text ")
        assert "\n" not in message
        return None
    assert 0 < len(structure) <= MAX_SITES
    assert np.isfinite(structure.frac_coords).all()
    return structure


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS.keys())
def test_truncated_files_raise_nothing_else(text):
    content = text.encode()
    for length in range(0, len(content), 37):
        outcome(content[:length])
    packed = gzip.compress(content, mtime=0)
    for length in range(0, len(packed) - 8, 37):
        assert outcome(packed[:length]) is None


def test_random_bytes_raise_nothing_else():
    rng = np.random.default_rng(0)
    starts = [
        b"",
        b"{",
        b'{"lattice": ',
        b"data_\n_atom_site_fract_x ",
        b"1\n",
        b"\x1f\x8b",
    ]
    for start in starts:
        for length in (1, 10, 100, 1000):
            assert outcome(start + rng.bytes(length)) is None


@pytest.mark.parametrize("name", ["POSCAR", "extended XYZ", "ASE JSON", "pymatgen JSON"])
def test_damaged_numbers_raise_nothing_else(name):
    text = FORMATS[name]
    numbers = list(re.finditer(r"-?\d+\.?\d*", text))[::5]
    hostile = ["9" * 400, "1e999", "NaN", "-1", "٣", "\ud800", "\0", "[]", '""', "²"]
    for match in numbers:
        for value in hostile:
            outcome(text[: match.start()] + value + text[match.end() :])


def test_damaged_lines_raise_nothing_else():
    lines = EXPLICIT_CIF.splitlines()
    for number in range(len(lines)):
        for line in (
            "",
            "loop_",
            "'",
            ";",
            "data_",
            "_atom_site_label é",
            "? . ?",
            "1 2",
        ):
            outcome("\n".join([*lines[:number], line, *lines[number + 1 :]]))
