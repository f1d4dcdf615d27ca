"""Read one crystal from a file or a text, or say in one sentence what is wrong."""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pymatgen.core import Lattice, Structure

from crysformer.arrays import FloatArray
from crysformer.errors import MAX_NAME, StructureError, plain
from crysformer.silence import quiet
from crysformer.structure.checks import check_distances, ordered_symbol
from crysformer.structure.decode import MAX_BYTES, decoded
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_lattice,
    check_number_of_sites,
)
from crysformer.structure.formats.recognise import find_entries
from crysformer.structure.periodic import wrapped
from crysformer.structure.stated import differences

_logger = logging.getLogger(__name__)

_MAX_FRAC_COORD = 1e4
_MIN_VOLUME = 0.2
"""Å³ per atom; solid hydrogen at 5 Mbar still has six times as much."""
_FAR = 4
"""Cells outside from which on it is told; molecules often reach over one or two faces."""
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class ReadCrystal:
    """A crystal of a file.

    Attributes:
        structure: The lattice (Å), elements and fractional coordinates as given.
            Oxidation states, moments and all other properties are dropped, and
            deuterium and tritium are hydrogen.
        warnings: Sentences on what a person should check: where the file contradicts
            itself, and which of its crystals this is.
    """

    structure: Structure
    warnings: tuple[str, ...] = ()


def read_file(path: str | Path) -> Structure:
    """Read one crystal from a file, as `read_structure` does.

    Args:
        path: Any file name; the format is recognised by content.

    Raises:
        StructureError: The file cannot be opened, or holds no crystal to predict.
    """
    path = Path(path)
    return read_structure(file_content(path), path.name)


def file_content(path: Path) -> bytes:
    """Return the bytes of a file, or somewhat more than would be read of a huge one.

    Raises:
        StructureError: The file cannot be opened, or is a pipe or a device.
    """
    name = plain(str(path), MAX_NAME)
    try:
        # Without waiting: a pipe that nobody writes to would never open.
        with open(os.open(path, os.O_RDONLY | _NO_WAITING), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise StructureError(
                    f"{name} is a pipe or a device and not a file; give a file"
                )
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise StructureError(
            f"{name} cannot be opened ({reason or 'not a path'}); check the path"
        ) from error


def read_structure(content: bytes | str, name: str = "the text") -> Structure:
    """Read one crystal, its format recognised by content.

    Every format of docs/formats.md is understood, as bytes each also through gzip.
    Where a file holds several crystals (blocks of a CIF, documents of a JSON list), the
    first is read; where it holds the steps of one crystal (a trajectory), the last.

    Args:
        content: The file as it is, or a text.
        name: What to call it in an error.

    Returns:
        The structure of `read_crystal`.

    Raises:
        DisorderedError: A site holds parts of atoms.
        StructureError: It is too large, unreadable, empty, without a cell, or has an
            impossible cell, coordinate, element, occupancy or distance. The message is
            one sentence with the name, the values, and what to do.
    """
    return read_crystal(content, name).structure


def read_crystal(content: bytes | str, name: str = "the text") -> ReadCrystal:
    """Read one crystal as `read_structure` does, and what to check about it.

    Raises:
        StructureError: As there.
    """
    with named_faults(name):
        return checked_crystal(read_raw(content))


@contextmanager
def named_faults(name: str) -> Iterator[None]:
    """Turn whatever a reader raises into one sentence about a file.

    Args:
        name: What to call the file.

    Raises:
        StructureError: Something was raised inside; of the same class if it was one.
    """
    name = plain(name, MAX_NAME)
    try:
        with quiet():
            yield
    except StructureError as fault:
        raise type(fault)(f"{name} {fault}") from fault
    except RecursionError as error:
        raise StructureError(
            f"{name} is nested too deeply; check it or export it again"
        ) from error
    except Exception as error:  # Parsers meet hostile bytes with every kind of exception.
        # The libraries' own words are for whoever runs the app.
        _logger.info("A file could not be read.", exc_info=error)
        raise StructureError(
            f"{name} does not follow its format; check that it is complete, or export "
            "it again as a CIF"
        ) from error


def read_raw(content: bytes | str) -> RawCrystal:
    """Return what a file says, its cell and number of sites checked and no more.

    Args:
        content: As ``read_structure`` takes it.

    Raises:
        StructureError: A predicate on what is wrong with it.
    """
    found, entries = find_entries(decoded(content))
    first = entries[0].read()
    if len(entries) == 1:
        return first
    chosen, which = first, "first"
    if found.frames:
        last = entries[-1].read()
        if _contents(last) == _contents(first):
            chosen, which = last, "last"
    sentence = (
        f"The file holds {len(entries)} crystals; this is the {which} one. Batch and the "
        "command screen read all of them."
    )
    return chosen._replace(warnings=[*chosen.warnings, sentence])


def _contents(raw: RawCrystal) -> list[str]:
    """What is on the sites, whatever their order: the same in every step of a run."""
    return sorted(map(str, raw.sites))


def checked_crystal(raw: RawCrystal) -> ReadCrystal:
    """Return the crystal of a file, or raise a predicate on what is wrong with it."""
    lattice, frac_coords = checked_places(raw)
    symbols = [
        ordered_symbol(species, frac_coords[site])
        for site, species in enumerate(raw.sites)
    ]
    check_distances(lattice, symbols, frac_coords)
    structure = Structure(Lattice(lattice), symbols, frac_coords)
    found = [*raw.warnings, *_far_away(frac_coords), *differences(raw.stated, structure)]
    return ReadCrystal(structure, tuple(map(plain, found)))


def _far_away(frac_coords: FloatArray) -> list[str]:
    """Say how far outside the cell a file has its atoms, if that is far."""
    cells = np.abs(wrapped(frac_coords)[1]).max(axis=1)
    number = int((cells >= _FAR).sum())
    if not number:
        return []
    return [
        f"The file has {number} of {len(cells)} atoms outside the cell, up to "
        f"{cells.max()} cells away; inside it they make the same crystal, which is what "
        "is predicted and shown."
    ]


def checked_places(raw: RawCrystal) -> tuple[FloatArray, FloatArray]:
    """Return lattice (Å, rows) and fractional coordinates of a file.

    Args:
        raw: What the file says.

    Raises:
        StructureError: A predicate on an impossible cell, number of sites or coordinate.
    """
    lattice = np.array(raw.lattice, dtype=float)
    check_lattice(lattice)
    check_number_of_sites(len(raw.sites))
    coords = np.array(raw.coords, dtype=float)
    if coords.shape != (len(raw.sites), 3):
        raise StructureError(
            f"has {len(raw.sites)} species but coordinates of shape {coords.shape}; "
            "give three numbers for each site"
        )
    frac_coords = coords @ np.linalg.inv(lattice) if raw.cartesian else coords
    wrong = ~(np.abs(frac_coords) < _MAX_FRAC_COORD).all(axis=1)  # also true of NaN
    if wrong.any():
        site = int(wrong.argmax())
        values = ", ".join(f"{value:g}" for value in coords[site])
        raise StructureError(
            f"has impossible coordinates ({values}) at site {site + 1}; correct them"
        )
    volume = abs(np.linalg.det(lattice)) / len(frac_coords)
    if volume < _MIN_VOLUME:
        raise StructureError(
            f"has {volume:.3g} Å³ for each of its {len(frac_coords)} atoms, less than "
            f"{_MIN_VOLUME} Å³; check the cell vectors and their unit (Å)"
        )
    return lattice, frac_coords
