"""Formats of other programs: one crystal from all, and none where there is none."""

import json

import numpy as np
import pytest

from crysformer.paths import ROOT
from crysformer.structure.formats.lines import BOHR
from crysformer.structure.formats.listing import formats_page
from crysformer.structure.formats.recognise import TABLE, find_format
from crysformer.structure.read import read_crystal, read_structure
from tests.support.code_files import CSCL, DOCUMENTS, FILES, MOLECULES, A
from tests.support.crystal_files import FORMATS, sentence, xyz


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_every_format_gives_the_same_crystal(text):
    found = read_structure(text)
    assert np.allclose(found.lattice.abc, [A] * 3, atol=2e-3)
    assert np.allclose(found.lattice.angles, [90] * 3, atol=1e-3)
    places = {site.specie.symbol: site.frac_coords for site in found}
    assert len(found) == 2
    apart = places["Cl"] - places["Cs"]
    assert np.allclose(apart - np.floor(apart), 0.5, atol=1e-3)


def test_every_row_of_the_table_is_tried():
    """A format cannot be listed without a file that shows it is read."""
    texts = [*FILES.values(), *FORMATS.values()]
    found = {(find_format(text) or find_format(text.strip())).name for text in texts}
    assert found == {each.name for each in TABLE}


def test_the_page_of_formats_is_the_table():
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert page == formats_page()
    assert all(each.name in page for each in TABLE)


@pytest.mark.parametrize("text", MOLECULES.values(), ids=MOLECULES.keys())
def test_what_is_no_crystal_is_named(text):
    message = sentence(lambda: read_structure(text, "x"))
    assert "not a crystal" in message


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<!DOCTYPE html>\n<html>", "a web page"),
        ("%PDF-1.4\n%abc", "a PDF"),
        (" vasp.6.3.0 18Jan22 complex\n", "an OUTCAR of VASP"),
        ("ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n", "a dump of LAMMPS"),
        ("     Program PWSCF v.7.2 starts\n", "an output of Quantum ESPRESSO"),
        ("import ase\nprint(1)\n", "a Python script"),
        ("version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ],
)
def test_other_files_are_named(text, name):
    message = sentence(lambda: read_structure(text, "x"))
    assert f"is {name}" in message or name in message


@pytest.mark.parametrize("name", FILES)
def test_damage_is_one_sentence_of_our_own(name):
    """Cut off or with a number replaced, a file gives a crystal or a sentence."""
    text = FILES[name]
    damaged = [text[: length * len(text) // 12] for length in range(12)]
    damaged += [text.replace("4.12", bad) for bad in ("abc", "1e999", "nan", "")]
    damaged += [text.replace("Cs", "Xx"), text.replace("Cl", "Q"), text.replace("2", "0")]
    for content in damaged:
        try:
            read_structure(content, "x")
        except Exception:
            message = sentence(lambda content=content: read_structure(content, "x"))
            assert "does not follow its format" not in message, content


@pytest.mark.parametrize(
    ("ibrav", "number"),
    [
        *[(1, 221), (2, 225), (3, 229), (-3, 229), (4, 191), (5, 166), (-5, 166)],
        *[(6, 123), (7, 139), (8, 47), (9, 65), (-9, 65), (91, 65), (10, 69), (11, 71)],
        *[(12, 10), (-12, 10), (13, 12), (-13, 12), (14, 2)],
    ],
)
def test_lattices_of_quantum_espresso_have_their_symmetry(ibrav, number):
    cosine = {5: 0.3, -5: 0.3, 12: -0.2, 13: -0.2}.get(ibrav, 0.1)
    assert with_ibrav(ibrav, cosine).get_space_group_info()[1] == number


@pytest.mark.parametrize(
    ("ibrav", "cosines"),
    [(8, (0, 0, 0)), (12, (0, 0, 0.1)), (-12, (0, -0.25, 0)), (14, (0.1, -0.25, 0.15))],
)
def test_simple_lattices_of_quantum_espresso_have_their_edges_and_angles(ibrav, cosines):
    lattice = with_ibrav(ibrav, 0.1).lattice
    assert np.allclose(lattice.abc, 7.0 * BOHR * np.array([1.0, 1.2, 1.5]))
    assert np.allclose(np.cos(np.radians(lattice.angles)), cosines)


def with_ibrav(ibrav, cosine):
    """An atom in a lattice given by its number and its six parameters."""
    cell = (7.0, 1.2, 1.5, cosine, -0.25, 0.15)
    celldm = "".join(f" celldm({n}) = {x}\n" for n, x in enumerate(cell, start=1))
    return read_structure(
        f"&system\n ibrav = {ibrav}\n{celldm} nat=1\n/\nATOMIC_SPECIES\nPo 209 Po.UPF\n"
        "ATOMIC_POSITIONS crystal\nPo 0 0 0\n"
    )


def test_a_list_says_that_it_is_one():
    several = json.dumps(
        [CSCL.as_dict(), {"jid": "J", "atoms": DOCUMENTS["JARVIS atoms"]}]
    )
    for text in (several, "\n".join(json.dumps(each) for each in json.loads(several))):
        found = read_crystal(text)
        assert len(found.structure) == 2
        assert "holds 2 crystals; this is the first" in found.warnings[0]


def test_of_a_trajectory_the_last_step_is_read():
    cell = f'Lattice="{A} 0 0 0 {A} 0 0 0 {A}"'
    steps = [xyz("Cs 0 0 0", f"Cl {x} 2.06 2.06", header=cell) for x in (1.9, 2.0, 2.06)]
    found = read_crystal("".join(steps))
    assert found.structure.cart_coords[1] == pytest.approx([2.06] * 3)
    assert "holds 3 crystals; this is the last" in found.warnings[0]


def test_what_a_document_states_is_compared():
    document = {"structure": CSCL.as_dict(), "density": 8.0, "symmetry": {"number": 225}}
    warnings = read_crystal(json.dumps(document)).warnings
    assert len(warnings) == 2
    assert "density is 8 g/cm³; the atoms read give 3.998" in warnings[0]
    assert "(225)" in warnings[1]
    assert "(221)" in warnings[1]


def test_shelx_occupancies_know_the_symmetry_of_their_site():
    text = FILES["SHELX .ins with symmetry"]
    half = text.replace(
        "CL1 2 10.5 10.5 10.5 10.020833", "CL1 2 10.5 10.5 10.5 10.0104167"
    )
    assert "Cl 0.5 on the site" in sentence(lambda: read_structure(half))
    unit = read_crystal(text.replace("UNIT 1 1", "UNIT 1 2"))
    assert "formula is Cs1 Cl2" in unit.warnings[0]
