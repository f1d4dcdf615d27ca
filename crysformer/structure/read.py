"""Read one crystal from a file or a text, or say in one sentence what is wrong."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from pymatgen.core import Lattice, Structure

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.silence import quiet
from crysformer.structure.checks import check_distances, ordered_symbol
from crysformer.structure.formats.raw import (
    MAX_SITES,
    RawCrystal,
    check_lattice,
    check_number_of_sites,
)
from crysformer.structure.formats.recognise import find_parser

MAX_BYTES = 5_000_000

_GZIP_MAGIC = b"\x1f\x8b"
_MAX_GZIP_RATIO = 200
_MAX_FRAC_COORD = 1e4


def read_file(path: str | Path) -> Structure:
    """Read one crystal from a file, as `read_structure` does.

    Args:
        path: Any file name; the format is recognised by content.

    Raises:
        StructureError: The file cannot be opened, or holds no crystal to predict.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise StructureError(
            f"{path} cannot be opened ({_reason(error)}); check the path"
        ) from error
    return read_structure(content, path.name)


def read_structure(content: bytes | str, name: str = "the text") -> Structure:
    """Read one crystal, its format recognised by content.

    Understands CIF, POSCAR and CONTCAR, extended XYZ with a ``Lattice``, the JSON of a
    pymatgen Structure, of ASE, and of a row with ``lattice``, ``frac_coords`` and
    ``species``; as bytes, each of these also through gzip. Where a file holds several
    crystals (blocks of a CIF, frames of an XYZ, rows of an ASE database), the first is
    read.

    Args:
        content: The file as it is, or a text.
        name: What to call it in an error.

    Returns:
        The lattice (Å), elements and fractional coordinates as given, not wrapped into
        the cell. Oxidation states, moments and all other properties are dropped, and
        deuterium and tritium are hydrogen.

    Raises:
        DisorderedError: A site holds parts of atoms.
        StructureError: It is too large, unreadable, empty, without a cell, or has an
            impossible cell, coordinate, element, occupancy or distance. The message is
            one sentence with the name, the values, and what to do.
    """
    with named_faults(name):
        return _checked(read_raw(content))


@contextmanager
def named_faults(name: str) -> Iterator[None]:
    """Turn whatever a reader raises into one sentence about a file.

    Args:
        name: What to call the file.

    Raises:
        StructureError: Something was raised inside; of the same class if it was one.
    """
    try:
        with quiet():
            yield
    except StructureError as fault:
        raise type(fault)(f"{name} {fault}") from fault
    except Exception as error:  # Parsers meet hostile bytes with every kind of exception.
        raise StructureError(
            f"{name} cannot be read ({_reason(error)}); check it or export it again"
        ) from error


def read_raw(content: bytes | str) -> RawCrystal:
    """Return what a file says, its cell and number of sites checked and no more.

    Args:
        content: As ``read_structure`` takes it.

    Raises:
        StructureError: A predicate on what is wrong with it.
    """
    text = _text(content)
    parser = find_parser(text)
    if parser is None:
        # A pasted text often starts with blank lines; a POSCAR may as well.
        text = text.strip()
        parser = find_parser(text)
    if parser is None:
        raise StructureError(
            "is not in a format that can be read here; give a CIF, a POSCAR, an "
            "extended XYZ with a Lattice, or the JSON of pymatgen or ASE"
        )
    return parser(text)


def _text(content: bytes | str) -> str:
    """Return the content unpacked and decoded, with one kind of line end."""
    if isinstance(content, bytes) and content.startswith(_GZIP_MAGIC):
        content = _unpacked(content)
    if len(content) > MAX_BYTES:
        raise StructureError(
            f"is larger than {MAX_BYTES / 1e6:.0f} MB; give one crystal of at most "
            f"{MAX_SITES} atoms"
        )
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError:
            content = content.decode("latin-1")  # Authors' names in old CIFs.
    content = content.removeprefix("\ufeff")
    if "\0" in content:
        raise StructureError("is not a text file; give the crystal as a CIF or POSCAR")
    if not content.strip():
        raise StructureError("is empty; give a CIF, a POSCAR, or an extended XYZ")
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _unpacked(content: bytes) -> bytes:
    """Return what a gzip file holds, without unpacking more than would be read."""
    if len(content) > MAX_BYTES:
        return content
    limit = min(MAX_BYTES, _MAX_GZIP_RATIO * len(content))
    with gzip.GzipFile(fileobj=BytesIO(content)) as file:
        unpacked = file.read(limit + 1)
    if len(unpacked) > limit:
        raise StructureError(
            f"is {len(content) / 1e6:.3g} MB that unpack to over {limit / 1e6:.3g} MB; "
            f"give at most {MAX_BYTES / 1e6:.0f} MB, packed less than "
            f"{_MAX_GZIP_RATIO} times"
        )
    if unpacked.startswith(_GZIP_MAGIC):
        raise StructureError("is a gzip file within a gzip file; unpack it once")
    return unpacked


def _checked(raw: RawCrystal) -> Structure:
    """Return the crystal of a file, or raise a predicate on what is wrong with it."""
    lattice, frac_coords = checked_places(raw)
    symbols = [
        ordered_symbol(species, frac_coords[site])
        for site, species in enumerate(raw.sites)
    ]
    check_distances(lattice, symbols, frac_coords)
    return Structure(Lattice(lattice), symbols, frac_coords)


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
    return lattice, frac_coords


def _reason(error: BaseException) -> str:
    """Return what first went wrong, short and on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    elif isinstance(error, RecursionError):
        reason = "it is nested too deeply"
    elif isinstance(error, KeyError):
        reason = f"{error} is missing"
    else:
        reason = str(error) or type(error).__name__
    return " ".join(reason.split()).replace(". ", "; ").strip(". ")[:160]
