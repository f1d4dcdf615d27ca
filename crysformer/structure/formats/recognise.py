"""Recognise the format of a crystal file, by content alone.

Each parser returns a `RawCrystal` that `crysformer.structure.read` has yet to judge. It
raises `StructureError` with a predicate ("has no cell, ...") that the caller puts behind
the file's name; whatever else pymatgen or ASE raises is the caller's to put into words.
"""

import re
from collections.abc import Callable

from crysformer.structure.formats.cif import read_cif
from crysformer.structure.formats.json_documents import read_json
from crysformer.structure.formats.poscar import is_poscar, read_poscar
from crysformer.structure.formats.raw import RawCrystal
from crysformer.structure.formats.xyz import read_xyz_frame


def find_parser(text: str) -> Callable[[str], RawCrystal] | None:
    """Return the parser for the format that a text is in, or None for no known format.

    Args:
        text: The whole content, its lines ended by line feeds alone.
    """
    if text.lstrip()[:1] in ("{", "["):
        return read_json
    # POSCAR before XYZ: a POSCAR's free comment line may well be a single number.
    if is_poscar(text):
        return read_poscar
    if re.fullmatch(r"\d{1,12}", text.partition("\n")[0].strip()):
        return read_xyz_frame
    if re.search(r"^[ \t]*(data_\S|_cell_length_a|_atom_site_)", text, re.M | re.I):
        return read_cif
    return None
