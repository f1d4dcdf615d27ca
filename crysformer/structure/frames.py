"""The crystals of a file that holds many, to look at one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pymatgen.core import Lattice, Structure

from crysformer.arrays import FloatArray, IntArray
from crysformer.errors import StructureError, plain
from crysformer.structure.decode import decoded
from crysformer.structure.formats.raw import Entry
from crysformer.structure.formats.recognise import find_entries
from crysformer.structure.read import (
    ReadCrystal,
    checked_crystal,
    named_faults,
    read_crystal,
)

MAX_FRAMES = 200
"""Crystals of one file that can be looked at; of more, so many are spread evenly."""
_MAX_NAME = 40


@dataclass(frozen=True)
class Frame:
    """One crystal of a file, as arrays: objects for each atom would need far more room.

    Attributes:
        number: Its place in the file, from 1.
        name: What the file calls it; may be empty.
        lattice: Cell vectors as rows, in Å.
        numbers: Atomic numbers (sites,).
        frac_coords: Fractional coordinates (sites, 3).
        warnings: Sentences on what a person should check about it.
    """

    number: int
    name: str
    lattice: FloatArray
    numbers: IntArray
    frac_coords: FloatArray
    warnings: tuple[str, ...] = ()

    def structure(self) -> Structure:
        """Return it as a crystal."""
        return Structure(Lattice(self.lattice), self.numbers.tolist(), self.frac_coords)


@dataclass(frozen=True)
class ReadFile:
    """What a file holds.

    Attributes:
        crystal: The one to show first, as ``read_crystal`` chooses it.
        frames: All that can be looked at, in the order of the file; empty for a file
            of one crystal.
        first: Place among them of the one to show first.
        warnings: Sentences on the file as a whole.
    """

    crystal: ReadCrystal
    frames: tuple[Frame, ...] = ()
    first: int = 0
    warnings: tuple[str, ...] = ()


def read_frames(content: bytes, name: str) -> ReadFile:
    """Read all crystals of a file: the steps of a run, blocks of a CIF, a list.

    Args:
        content: The file as it is.
        name: What to call it in an error.

    Raises:
        DisorderedError: A site holds parts of atoms, and no other crystal can be read.
        StructureError: No crystal can be read, as for ``read_crystal``.
    """
    with named_faults(name):
        found, entries = find_entries(decoded(content))
    if len(entries) == 1:
        return ReadFile(read_crystal(content, name))
    # The last one is always among them.
    places = np.linspace(len(entries) - 1, 0, min(len(entries), MAX_FRAMES))
    picked = np.round(places).astype(int)[::-1].tolist()
    frames, faults = [], []
    for place in picked:
        try:
            frames.append(_frame(entries[place], place + 1, name))
        except StructureError as fault:
            faults.append(fault)
    if not frames:
        raise faults[0]
    steps = found.frames and _same_atoms(frames)
    first = len(frames) - 1 if steps else 0
    shown = frames[first]
    return ReadFile(
        ReadCrystal(shown.structure(), shown.warnings),
        tuple(frames),
        first,
        tuple(_sentences(len(entries), len(picked), faults)),
    )


def _frame(entry: Entry, number: int, name: str) -> Frame:
    with named_faults(f"{name} #{number}"):
        read = checked_crystal(entry.read())
    structure = read.structure
    return Frame(
        number,
        " ".join(plain(entry.name, _MAX_NAME).split()),
        structure.lattice.matrix,
        np.array(structure.atomic_numbers),
        structure.frac_coords,
        read.warnings,
    )


def _same_atoms(frames: Sequence[Frame]) -> bool:
    """Whether all hold the same atoms, in any order, as the steps of a run do."""
    first, *others = (np.sort(frame.numbers) for frame in frames)
    return all(np.array_equal(first, other) for other in others)


def _sentences(total: int, picked: int, faults: Sequence[StructureError]) -> list[str]:
    """What of a file cannot be looked at."""
    found = []
    if picked < total:
        found.append(
            f"The file holds {total} crystals; {picked} of them, evenly spread, can be "
            "chosen as frames."
        )
    if faults:
        found.append(
            f"{len(faults)} of its crystals could not be read; the first: {faults[0]}."
        )
    return found
