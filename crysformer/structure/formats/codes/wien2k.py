"""Read .struct files of WIEN2k through ASE, which knows its lattice types."""

from io import StringIO

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import bounded_lines
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_number_of_sites,
    check_periodic,
)

_MAX_LINES = 20_000


def read_struct(text: str) -> RawCrystal:
    """Read the crystal of a .struct file.

    Raises:
        StructureError: ASE does not understand it.
    """
    from ase.io import wien2k

    lines = "\n".join(bounded_lines(text, _MAX_LINES))
    try:
        atoms = wien2k.read_struct(StringIO(lines))
        cell = np.array(atoms.cell, dtype=float)
        symbols, places = atoms.get_chemical_symbols(), np.array(atoms.positions)
    # ASE meets broken files with every kind of exception, from AssertionError on.
    except Exception as error:
        raise StructureError(
            "is a .struct file of WIEN2k that is cut off or not in its columns; check "
            "it, or give a CIF of the crystal"
        ) from error
    check_periodic(cell, np.ones(3, bool))
    check_number_of_sites(len(symbols))
    return RawCrystal(cell, [[(symbol, 1.0)] for symbol in symbols], places, True)
