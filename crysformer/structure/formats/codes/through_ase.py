"""Formats with many options, read by ASE behind our own sentences."""

from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_number_of_sites,
    check_periodic,
)

_MAX_LINES = 20_000


def read_espresso(text: str) -> RawCrystal:
    """Read an input of Quantum ESPRESSO, any ibrav but not a space group of its own.

    Raises:
        StructureError: ASE does not understand it.
    """
    from ase.io.espresso import read_espresso_in

    lower = text.lower()
    if "crystal_sg" in lower or "space_group" in lower:
        raise StructureError(
            "lists the sites of a space group (crystal_sg), which is not read here; "
            "give a CIF, or all atoms with ATOMIC_POSITIONS crystal"
        )
    return _raw(read_espresso_in, text, "an input of Quantum ESPRESSO")


def read_wien2k(text: str) -> RawCrystal:
    """Read a .struct file of WIEN2k.

    Raises:
        StructureError: ASE does not understand it.
    """
    from ase.io.wien2k import read_struct

    return _raw(read_struct, text, "a .struct file of WIEN2k")


def _raw(read: Callable[[StringIO], Any], text: str, what: str) -> RawCrystal:
    """Let ASE read a text, and keep cell, elements and places."""
    if text.count("\n") > _MAX_LINES:
        raise StructureError(
            f"is {what} of more than {_MAX_LINES} lines; give one crystal"
        )
    try:
        atoms = read(StringIO(text))
        atoms = (
            list(atoms)[-1]
            if isinstance(atoms, Iterable) and not hasattr(atoms, "cell")
            else atoms
        )
        cell = np.array(atoms.cell, dtype=float)
        symbols, places = atoms.get_chemical_symbols(), np.array(atoms.positions)
    # ASE meets broken files with every kind of exception, from AssertionError on.
    except Exception as error:
        raise StructureError(
            f"is {what} that is not complete or has options that are not understood; "
            "check it, or give a CIF or POSCAR of the crystal"
        ) from error
    check_periodic(cell, np.ones(3, bool))
    check_number_of_sites(len(symbols))
    return RawCrystal(cell, [[(symbol, 1.0)] for symbol in symbols], places, True)
