"""Reading CIFs: what would have to be guessed, or would take minutes, is refused."""

import numpy as np
import pytest

from crysformer.structure.read import read_structure
from tests.support.crystal_files import cif, group, operations, sentence

FAULTS = {
    "CIF without a cell": (
        "data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nC 0\n",
        ["has no cell", "molecule", "add", "_cell_length_a"],
    ),
    "CIF without sites": ("data_x\n_cell_length_a 4\n", ["_atom_site_fract_x"]),
    "CIF with half a cell": (
        cif([("Na1", 0, 0, 0, 1)]).replace("_cell_angle_beta 90\n", ""),
        ["incomplete cell"],
    ),
    "impossible angles": (
        cif([("Na1", 0, 0, 0, 1)], cell=(4, 4, 4, 20, 20, 90)),
        ["cell vectors of 4, 4, 4 Å", "independent"],
    ),
    "overlap in a CIF": (
        cif([("Na1", 0, 0, 0, 1), ("Cl1", 0, 0, 0, 1)]),
        ["overlap", "'Na1' and 'Cl1'", "add up to 2"],
    ),
    "too many in CIF": (
        cif([("C", x, 0.1, 0.2, 1) for x in np.linspace(0, 0.9, 2001)]),
        ["2001 atoms"],
    ),
    "expands to too many": (
        cif(
            [("C", x, 0.13, 0.27, 1) for x in np.linspace(0.31, 0.43, 40)],
            header=group("F m -3 m"),
        ),
        ["expands to 7680 atoms", "limit of 2000"],
    ),
    "too many operations": (
        cif(
            [("C", 0, 0, 0, 1)],
            header=operations(*["x,y,z"] * 48001),
        ),
        ["48001 symmetry operations"],
    ),
    "too many sites for their operations": (
        cif([("C", 0, 0, 0, 0.001)] * 250, header=group("F m -3 m")),
        ["250 sites under 192 symmetry operations", "each independent site once"],
    ),
    "too many magnetic operations": (
        cif(
            [("C", 0, 0, 0, 1)],
            header="\n".join(
                operations(*["x,y,z,+1"] * 500, key=f"_space_group_symop_magn_{kind}.xyz")
                for kind in ("operation", "centering")
            ),
        ),
        ["250000 symmetry operations"],
    ),
    "sites as near as they can be without coinciding": (
        cif(
            [("C", 0.1 + step * 1.01e-4, 0.13, 0.27, 1) for step in range(40)],
            header=group("F m -3 m"),
        ),
        ["expands to 7680 atoms"],
    ),
    "site marked as a dummy": (
        cif(
            [("Na1", 0, 0, 0, 1, "d"), ("Cl2", 0.5, 0, 0, 1, "Dum")],
        ).replace("_occupancy\n", "_occupancy\n_atom_site_calc_flag\n"),
        ["dummy site 'Cl2'", "take it out"],
    ),
    "dummy species": (cif([("X1", 0, 0, 0, 1)]), ["'X1'", "element"]),
    "water without hydrogen sites": (cif([("Wat1", 0, 0, 0, 1)]), ["hydrogen"]),
    "attached hydrogens": (
        "data_x\nloop_\n_atom_site_attached_hydrogens\n2\n"
        + cif([("O1", 0, 0, 0, 1)]).removeprefix("data_test"),
        ["hydrogen", "without coordinates"],
    ),
    "hydrogen on oxygen": (
        cif([("O1", 0, 0, 0, 1), ("H1", 0, 0, 0, 1)]),
        ["overlapping atoms", "'O1' and 'H1'"],
    ),
    "a site for a group": (
        cif([("Na1", 0, 0, 0, 1), ("OH1", 0.5, 0.5, 0.5, 1)]),
        ["'OH1'", "several atoms"],
    ),
    "formula of another compound": (
        cif([("C1", 0, 0, 0, 1)], header="_chemical_formula_sum 'C H4'"),
        ["sites that make C", "'C H4'", "hydrogens"],
    ),
    "unknown space group": (
        cif([("C1", 0, 0, 0, 1)], header=group("F 9")),
        ["space group", "F 9", "P 1"],
    ),
    "unknown magnetic group": (
        cif([("C1", 0, 0, 0, 1)], header="_space_group_magn.name_UNI 'F 9'"),
        ["space group", "name_uni F 9", "P 1"],
    ),
    "broken operation": (
        cif(
            [("C1", 0, 0, 0, 1)],
            header=operations("x,y,z", "-x,y"),
        ),
        ["operation (number 2)"],
    ),
    "question mark": (cif([("C1", 0, "?", 0, 1)]), ["'?', no value", "site 'C1'"]),
}


@pytest.mark.parametrize(("content", "facts"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_one_sentence_with_values(content, facts):
    message = sentence(lambda: read_structure(content))
    for fact in facts:
        assert fact in message
