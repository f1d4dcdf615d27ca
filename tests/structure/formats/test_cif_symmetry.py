"""What a CIF says of its symmetry: read right, or refused with the reason."""

import numpy as np
import pytest

from crysformer.structure.read import read_crystal, read_structure
from tests.support.crystal_files import assert_is_nacl, cif, group, operations, sentence

NACL = [("Na1", 0, 0, 0, 1), ("Cl1", 0.5, 0.5, 0.5, 1)]
FCC = ("x,y,z", "x,y+1/2,z+1/2", "x+1/2,y,z+1/2", "x+1/2,y+1/2,z")
HFO2 = [
    ("Hf1", 0.276, 0.040, 0.208, 1),
    ("O1", 0.074, 0.332, 0.347, 1),
    ("O2", 0.448, 0.758, 0.480, 1),
]
BADDELEYITE = (5.12, 5.17, 5.29, 90, 99.2, 90)
Z4 = "_chemical_formula_sum 'Na Cl'\n_cell_formula_units_Z 4"


def hfo2(*triplets, name="P 1 21/c 1"):
    return cif(HFO2, BADDELEYITE, f"{group(name)}\n{operations(*triplets)}")


READ = {
    "two translations": operations(*FCC[:3], "1/4+x+1/4,1/2+y,z"),
    "decimals and capitals": operations("X,Y,Z", "x,y+.5,.5+Z", "x+0.5,y,z+0.50", FCC[3]),
    "identity missing": operations(*FCC[1:]),
    "only centrings beside a name": f"{group('F m -3 m')}\n{operations(*FCC)}",
    "listed twice": operations(*FCC, *FCC),
    "Hall symbol alone": "_space_group_name_Hall '-F 4 2 3'",
    "full name": "_space_group_name_H-M_full 'F 4/m -3 2/m'",
    "reference name": "_space_group_name_H-M_ref 'F m -3 m'",
    "dotted name": "_space_group.name_H-M_alt 'F m -3 m'",
    "number": "_symmetry_Int_Tables_number 225",
    "a magnetic group": "loop_\n_space_group_symop_magn_operation.xyz\nx,y,z,+1\n"
    "-x,-y,-z,-1\nloop_\n_space_group_symop_magn_centering.xyz\nx,y,z,+1\nx+1/2,y+1/2,z,-1\n"
    "x,y+1/2,z+1/2,+1\nx+1/2,y,z+1/2,-1",
}


@pytest.mark.parametrize("header", READ.values(), ids=READ.keys())
def test_ways_to_state_the_group_of_nacl(header):
    assert_is_nacl(read_structure(cif(NACL, header=header)))


REFUSED = {
    "typo that does not fit the cell": (
        hfo2("x,y,z", "x,-y,-z", "-x,y+1/2,-z+1/2", "x,-y+1/2,z+1/2"),
        ["number 2", "x,-y,-z", "does not fit its cell"],
    ),
    "typo that makes no group": (
        hfo2("x,y,z", "-x,-y,-z", "-x,y+1/2,-z", "x,-y+1/2,z+1/2"),
        ["no group", "x,-y+1/2,z follows"],
    ),
    "a cell that is not cubic": (
        cif(NACL, (5.6, 5.7, 5.64, 90, 90, 90), group("F m -3 m")),
        ["F m -3 m", "do not fit a cell of 5.6, 5.7, 5.64 Å"],
    ),
    "name of another unique axis": (
        cif(HFO2, (5.12, 5.29, 5.17, 90, 90, 99.2), group("P 1 21/c 1")),
        ["P 1 21/c 1", "99.2"],
    ),
    "independent sites beside one operation": (
        cif(NACL, header=f"{group('F m -3 m')}\n{operations('x,y,z')}"),
        ["F m -3 m (192 operations) but lists 1", "2 atoms"],
    ),
    "independent sites by Z": (
        cif(NACL, header=f"{Z4}\n{operations('x,y,z')}"),
        ["Z = 4", "8 atoms", "give 2"],
    ),
    "one of two origins": (
        cif([("Na1", 0.1, 0.2, 0.3, 1)], (20, 20, 20, 90, 90, 90), group("P n -3 m")),
        ["which setting", "P n -3 m:1", "P n -3 m:2"],
    ),
}


@pytest.mark.parametrize(("text", "facts"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_right_is_refused_with_the_reason(text, facts):
    message = sentence(lambda: read_structure(text))
    for fact in facts:
        assert fact in message


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("F d -3 m", 0),
        ("F d 3 m", 0.125),
        ("F d -3 m Z", 0.125),
        ("Fd-3m:2", 0.125),
        ("F d -3 m S", 0),
        ("F d -3 m :1", 0),
    ],
)
def test_the_origin_is_that_of_the_name_or_the_one_without_close_atoms(name, place):
    for element, edge in (("Ge", 5.66), ("C", 3.567)):
        text = cif(
            [(f"{element}1", *[place] * 3, 1)], (edge,) * 3 + (90,) * 3, group(name)
        )
        found = read_structure(text)
        assert len(found) == 8
        assert found.get_distance(0, 1) >= edge * 3**0.5 / 4 - 1e-6


@pytest.mark.parametrize("said", ["R -3 m", "R -3 m :H", "R -3 m :R", 166])
def test_the_cell_tells_hexagonal_from_rhombohedral_axes(said):
    header = group(said) if isinstance(said, str) else f"_space_group_IT_number {said}"
    hexagonal = [("Bi1", 0, 0, 0.4001, 1), ("Te1", 0, 0, 0, 1), ("Te2", 0, 0, 0.2097, 1)]
    found = read_structure(cif(hexagonal, (4.38, 4.38, 30.49, 90, 90, 120), header))
    assert found.formula == "Bi6 Te9"
    rhombohedral = [(label, z, z, z, 1) for label, _, _, z, _ in hexagonal]
    cell = (10.474, 10.474, 10.474, 24.16, 24.16, 24.16)
    assert read_structure(cif(rhombohedral, cell, header)).formula == "Bi2 Te3"


def test_the_cell_tells_the_unique_axis():
    swapped = [(label, x, z, y, 1) for label, x, y, z, _ in HFO2]
    usual = read_structure(cif(HFO2, BADDELEYITE, "_symmetry_Int_Tables_number 14"))
    cell = (5.12, 5.29, 5.17, 90, 90, 99.2)
    other = read_structure(cif(swapped, cell, "_symmetry_Int_Tables_number 14"))
    for found in (usual, other):
        assert len(found) == 12
    ours, theirs = (np.sort(s.distance_matrix, axis=None) for s in (usual, other))
    assert np.allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize(
    ("third", "two_thirds"),
    [("0.33", "0.67"), ("0.333", "0.667"), ("0.333", "0.666"), ("0.3333(3)", ".66667")],
)
def test_rounded_special_positions_keep_their_multiplicity(third, two_thirds):
    cell = (3.2, 3.2, 5.2, 90, 90, 120)
    found = read_structure(
        cif([("Mg1", third, two_thirds, 0.25, 1)], cell, group("P 63/m m c"))
    )
    assert len(found) == 2
    assert found[0].frac_coords == pytest.approx([1 / 3, 2 / 3, 0.25], abs=1e-9)


def test_a_displacement_is_not_rounding():
    text = cif([("Na1", 0.49, 0.5, 0.5, 1)], (60, 60, 60, 90, 90, 90), group("P m -3 m"))
    assert len(read_structure(text)) == 6


WARNED = {
    "Z": (
        f"{group('F m -3 m')}\n{Z4}".replace("Z 4", "Z 8"),
        ["Z = 8", "16 atoms", "8 were"],
    ),
    "volume": (f"{group('F m -3 m')}\n_cell_volume 160", ["160 Å³", "179.41 Å³"]),
    "density": (
        f"{group('F m -3 m')}\n_exptl_crystal_density_diffrn 3.5",
        ["3.5 g/cm³", "2.164 g/cm³"],
    ),
    "number": (
        f"{group('F m -3 m')}\n_symmetry_Int_Tables_number 221",
        ["F m -3 m (225)", "221"],
    ),
    "identity": (operations(*FCC[1:]), ["3 symmetry operations", "completed to 4"]),
}


@pytest.mark.parametrize(("header", "facts"), WARNED.values(), ids=WARNED.keys())
def test_a_contradiction_is_a_warning(header, facts):
    found = read_crystal(cif(NACL, header=header))
    assert_is_nacl(found.structure)
    assert len(found.warnings) == 1
    for fact in facts:
        assert fact in found.warnings[0]


def test_equivalents_listed_twice_are_left_out_and_named():
    text = cif([*NACL, ("Na2", 0, 0.5, 0.5, 1)], header=f"{group('F m -3 m')}\n{Z4}")
    found = read_crystal(text)
    assert_is_nacl(found.structure)
    assert "Na2" in found.warnings[0]


def test_occupancies_somewhat_above_one_are_disorder():
    text = cif(
        [("Na1", 0, 0, 0, 0.503), ("K1", 0, 0, 0, 0.508)], header=group("F m -3 m")
    )
    assert "is disordered" in sentence(lambda: read_structure(text))


@pytest.mark.parametrize(
    "label", ["T1", "M1", "Nh1", "Wat1", "NH3", "OH1", "X1", "Vac1", "Cg1"]
)
def test_labels_that_name_no_element_are_refused(label):
    message = sentence(lambda: read_structure(cif([(label, 0, 0, 0, 1)])))
    assert label in message


@pytest.mark.parametrize(
    "change",
    [
        ("0.5 0.5 0.5", "1/2 5.0D-1 .5"),
        ("0.5 0.5 0.5", "\u22120.5 0.5 0.5"),
        ("Na1 0 0 0", "NA1 . . ."),
        ("Na1 0 0 0", "na1 0 0 0"),
        ("data_test", "data_test\n_note\n;\ndata_collection\nloop_ it\n;"),
        ("data_test", "Dear editor,\ndata_test"),
        ("data_test", "data_test\n_journal_name_full J. Chem. Phys."),
        ("_atom_site_fract_", "_atom_site.fract_"),
        ("data_test\n", ""),
    ],
)
def test_spellings_of_a_cif(change):
    text = cif(NACL, header=group("F m -3 m"))
    assert change[0] in text
    assert_is_nacl(read_structure(text.replace(*change)))
    for encoding in ("utf-16", "utf-8-sig"):
        assert_is_nacl(read_structure(text.encode(encoding)))
