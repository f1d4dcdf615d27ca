"""A crystal as a file to take away, which our own readers read back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pymatgen.core import Structure

from crysformer.silence import quiet
from crysformer.structure.symmetry import SYMPREC


@dataclass(frozen=True)
class FileFormat:
    """One way to write a crystal.

    Attributes:
        ending: What follows the file name, with its dot.
        mime: Media type.
        note: What is in the file, for the person who chooses.
        write: Makes the text.
    """

    ending: str
    mime: str
    note: str
    write: Callable[[Structure], str]


def cif(structure: Structure) -> str:
    """Write every atom of the shown cell, in P1."""
    # Late here and below: the other sections beside the picture need no writer.
    from pymatgen.io.cif import CifWriter

    with quiet():
        return str(CifWriter(structure, significant_figures=8))


def symmetrised_cif(structure: Structure) -> str:
    """Write the conventional cell with its symmetry operations and independent atoms."""
    from pymatgen.io.cif import CifWriter

    with quiet():
        return str(CifWriter(structure, symprec=SYMPREC, significant_figures=8))


def poscar(structure: Structure) -> str:
    """Write the shown cell for VASP, sites of one element together."""
    # Late, as the writer of CIF is: it takes seconds.
    from pymatgen.io.vasp import Poscar

    ordered = structure.get_sorted_structure()
    with quiet():
        return Poscar(ordered).get_str(significant_figures=12)


def pymatgen_json(structure: Structure) -> str:
    """Write the shown cell as pymatgen stores it, with full precision."""
    return json.dumps(structure.as_dict())


FORMATS: Mapping[str, FileFormat] = MappingProxyType(
    {
        "CIF": FileFormat(".cif", "chemical/x-cif", "the shown cell, every atom", cif),
        "Symmetrised CIF": FileFormat(
            "_symmetrised.cif",
            "chemical/x-cif",
            "conventional cell, space group and independent atoms",
            symmetrised_cif,
        ),
        "POSCAR": FileFormat(".vasp", "text/plain", "the shown cell, for VASP", poscar),
        "JSON": FileFormat(
            ".json", "application/json", "the shown cell, for pymatgen", pymatgen_json
        ),
    }
)
