"""Read an extended XYZ file with ASE, which is shown only what places atoms."""

import re
from io import StringIO
from typing import Any

from ase.io.extxyz import key_val_str_to_dict, read_xyz

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_number_of_sites,
    check_periodic,
    not_an_element,
)

_MAX_COLUMNS = 100


def read_xyz_frame(text: str) -> RawCrystal:
    """Read the first frame of an extended XYZ file.

    Args:
        text: The file, possibly of many frames.

    Raises:
        StructureError: There is no ``Lattice`` (a molecule), or atoms are missing.
    """
    lines = text.split("\n")
    number = int(lines[0])
    check_number_of_sites(number)
    rows = [line for line in lines[2 : number + 2] if line.strip()]
    if len(rows) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(rows)}; give the whole file"
        )
    # Deuterium and tritium are hydrogen here, and unknown to ASE.
    rows = [re.sub(r"^(\s*)[DT](?=\s)", r"\1H", row) for row in rows]
    frame = StringIO("\n".join([lines[0], lines[1], *rows, ""]))
    try:
        atoms = next(read_xyz(frame, index=0, properties_parser=_header))
    except KeyError as error:
        raise not_an_element(error.args[0]) from error
    check_periodic(atoms.cell.array, atoms.pbc)
    symbols = [[(symbol, 1.0)] for symbol in atoms.get_chemical_symbols()]
    return RawCrystal(atoms.cell.array, symbols, atoms.positions, cartesian=True)


def _header(line: str) -> dict[str, Any]:
    """Keep of the second line only what places atoms, and refuse absurd columns."""
    info = key_val_str_to_dict(line)
    if "Lattice" not in info:
        raise StructureError(
            "has no cell, so it is a molecule and not a crystal; add "
            'Lattice="ax ay az bx by bz cx cy cz" (in Å) to its second line'
        )
    columns = sum(map(int, re.findall(r":(\d+)", str(info.get("Properties", "")))))
    if columns > _MAX_COLUMNS:
        raise StructureError(
            f"declares {columns} columns, more than {_MAX_COLUMNS}; "
            "keep the species and positions"
        )
    return {key: info[key] for key in ("Lattice", "Properties", "pbc") if key in info}
