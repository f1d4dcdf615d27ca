"""Every setting of every space group: written by hand, read, and compared."""

import gemmi
import numpy as np
import pytest

from crysformer.structure.formats.symmetry.operations import closure
from crysformer.structure.formats.symmetry.settings import by_name, by_number, number_of
from crysformer.structure.formats.symmetry.triplets import parse_operations
from crysformer.structure.read import read_structure
from tests.support.crystal_files import sentence
from tests.support.settings import SETTINGS, cif_of, example, same_crystal

GEMMI = {group.hall: group for group in gemmi.spacegroup_table_itb()}
HALLS = {group.xhm(): group.hall for group in gemmi.spacegroup_table_itb()}


@pytest.mark.parametrize("hall_number", SETTINGS)
def test_listed_operations_and_names_give_the_same_atoms(hall_number):
    crystal = example(hall_number)
    rows = "\n".join(f"'{each}'" for each in crystal.operations)
    group = GEMMI[crystal.hall]
    for said in (
        f"loop_\n_space_group_symop_operation_xyz\n{rows}",
        f"_space_group_name_Hall '{crystal.hall}'",
        f"_space_group_name_H-M_alt '{group.xhm()}'",
    ):
        found = read_structure(cif_of(crystal, said))
        assert same_crystal(found, crystal.structure), said


def test_a_number_with_a_code_is_a_setting():
    for hall_number in SETTINGS:
        crystal = example(hall_number)
        found = by_number(crystal.number, crystal.choice)
        assert crystal.hall == HALLS[found[0].name]
        assert number_of(found[0].operations) == crystal.number


def test_generators_close_to_the_whole_group():
    for group in GEMMI.values():
        whole = gemmi.symops_from_hall(group.hall)
        generators = [each.triplet() for each in gemmi.generators_from_hall(group.hall)]
        closed = closure(parse_operations(tuple(generators)))
        assert len(closed) == len(whole)
        listed = parse_operations(tuple(each.triplet() for each in whole))
        assert len(closure(listed)) == len(whole)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("P21/c", ["P 1 21/c 1", "P 21/c 1 1"]),
        ("P2(1)/c", ["P 1 21/c 1", "P 21/c 1 1"]),
        ("P2_1/c", ["P 1 21/c 1", "P 21/c 1 1"]),
        ("P 1 21/c", ["P 1 21/c 1"]),
        ("C2/c", ["C 1 2/c 1", "C 2/c 1 1"]),
        ("P_1_21/n_1", ["P 1 21/n 1"]),
        ("P 21", ["P 1 21 1", "P 1 1 21", "P 21 1 1"]),
        ("R -3 m", ["R -3 m:H", "R -3 m:R"]),
        ("R -3 m :H", ["R -3 m:H", "R -3 m:R"]),
        ("R-3mR", ["R -3 m:R", "R -3 m:H"]),
        ("R -3 m {rhombohedral axes}", ["R -3 m:R", "R -3 m:H"]),
        ("F d 3 m", ["F d -3 m:1", "F d -3 m:2"]),
        ("Fd-3mZ", ["F d -3 m:2"]),
        ("F d -3 m S", ["F d -3 m:1"]),
        ("FD-3M", ["F d -3 m:1", "F d -3 m:2"]),
        ("P 21/m 21/m 2/n (origin choice 2)", ["P m m n:2"]),
        ("F 4/m -3 2/m", ["F m -3 m"]),
        ("P n m a :cab", ["P b n m"]),
        ("P6(3)/mmc", ["P 63/m m c"]),
        ("p b c a", ["P b c a"]),
        ("C m c e", ["C m c a"]),
        ("F 9", []),
        ("x" * 500, []),
    ],
)
def test_spellings_of_a_name(name, settings):
    assert [each.name for each in by_name(name)] == settings


@pytest.mark.parametrize(
    ("text", "rotation", "shift"),
    [
        ("1/2+x+1/2, y, z", np.eye(3), [0, 0, 0]),
        ("x, 1/4+y+1/4, z", np.eye(3), [0, 0.5, 0]),
        ("-X,Y+.5,1/2-Z", np.diag([-1, 1, -1]), [0, 0.5, 0.5]),
        ("y+0.3333, x, -z+0.6667", [[0, 1, 0], [1, 0, 0], [0, 0, -1]], [1 / 3, 0, 2 / 3]),
        ("x-y,x,z+0.167", [[1, -1, 0], [1, 0, 0], [0, 0, 1]], [0, 0, 1 / 6]),
        ("x\u2212y, -y, z+5/16", [[1, -1, 0], [0, -1, 0], [0, 0, 1]], [0, 0, 5 / 16]),
        ("a,b,c+1/5", np.eye(3), [0, 0, 0.2]),
    ],
)
def test_spellings_of_an_operation(text, rotation, shift):
    found = parse_operations((text,))
    assert found.rotations[0].tolist() == np.array(rotation).tolist()
    assert found.shifts[0] == pytest.approx(shift)


@pytest.mark.parametrize(
    "text", ["x,y", "x,y,y", "2x,y,z", "x y,y,z", "x+,y,z", "x,y,z+1/0", "1,2,3", "", "é"]
)
def test_what_is_no_operation_is_named(text):
    message = sentence(lambda: parse_operations(("x,y,z", text)))
    assert "operation (number 2)" in message
