"""The list of sites of a CIF: elements, coordinates, occupancies, multiplicities."""

from collections.abc import Collection
from typing import NamedTuple

import gemmi
import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.cif.labels import UNKNOWN, element_of
from crysformer.structure.formats.cif.syntax import Block
from crysformer.structure.formats.numbers import Number, parse_number
from crysformer.structure.formats.raw import check_number_of_sites
from crysformer.structure.formats.symmetry.expand import Sites

_FRACTIONAL = [f"_atom_site_fract_{axis}" for axis in "xyz"]
_CARTESIAN = [f"_atom_site_cartn_{axis}" for axis in "xyz"]
_CELL = [f"_cell_length_{axis}" for axis in "abc"] + [
    f"_cell_angle_{angle}" for angle in ("alpha", "beta", "gamma")
]


class Listed(NamedTuple):
    """Sites of a file, and what had to be assumed about them."""

    sites: Sites
    warnings: list[str]


def has_sites(block: Block) -> bool:
    """Tell whether a block lists coordinates."""
    return block.has(_FRACTIONAL[0]) or block.has(_CARTESIAN[0])


def read_cell(block: Block) -> list[float]:
    """Return the six parameters of the cell, in Å and degrees.

    Raises:
        StructureError: One is missing or no number.
    """
    parameters = []
    for name in _CELL:
        text = block.first(name)
        if not text:
            raise StructureError(
                f"has an incomplete cell (no {name}); give all three _cell_length_ and "
                "all three _cell_angle_ values"
            )
        number = parse_number(text)
        if number is None:
            raise StructureError(
                f"has {text[:20]!r} for {name}, which is not a number; correct it"
            )
        parameters.append(number.value)
    return parameters


def read_sites(block: Block, cell: list[float], formula: Collection[str]) -> Listed:
    """Return all sites that a block lists.

    Args:
        block: With fractional or Cartesian coordinates.
        cell: Its six parameters.
        formula: Elements of the stated formula, which settle ambiguous labels.

    Raises:
        StructureError: A site is no element, has no coordinates, or is a dummy.
    """
    fractional = _FRACTIONAL[0] in block.columns
    names = _FRACTIONAL if fractional else _CARTESIAN
    columns = [block.column(name) for name in names]
    number = len(columns[0])
    if any(len(column) != number for column in columns):
        raise StructureError(
            f"lists {number} sites but not all of {', '.join(names)}; give all three"
        )
    check_number_of_sites(number)
    labels = _labels(block, number)
    kinds = _padded(block.column("_atom_site_type_symbol"), number)
    _refuse_dummies(block, labels)
    symbols = [
        element_of(kind, label, formula)
        for kind, label in zip(kinds, labels, strict=True)
    ]
    labels = [
        f"{symbol}{index}" if label in UNKNOWN else label
        for index, (symbol, label) in enumerate(zip(symbols, labels, strict=True), 1)
    ]
    coords, units, dots = _coordinates(columns, labels)
    if not fractional:
        coords, units = _fractional(block, cell, coords), np.zeros_like(coords)
    occupancies = _occupancies(block, labels)
    species = [
        [(symbol, share)] for symbol, share in zip(symbols, occupancies, strict=True)
    ]
    stated = [_whole(text) for text in block.column("_atom_site_symmetry_multiplicity")]
    warnings = []
    if dots:
        warnings.append(
            f"The file has '.' for coordinates of {', '.join(dots[:3])}; read as 0."
        )
    return Listed(Sites(labels, species, coords, units, stated), warnings)


def _labels(block: Block, number: int) -> list[str]:
    names = ("_atom_site_label", "_atom_site_label_atom_id", "_atom_site_id")
    return _padded(block.column(*names), number)


def _padded(column: list[str], number: int) -> list[str]:
    return column if len(column) == number else ["?"] * number


def _refuse_dummies(block: Block, labels: list[str]) -> None:
    """Refuse sites that are marked as dummies, and hydrogen that has no site."""
    for label, flag in zip(labels, block.column("_atom_site_calc_flag"), strict=False):
        if flag.lower() == "dum":
            raise StructureError(
                f"has a dummy site {label[:20]!r} (_atom_site_calc_flag dum); take it out"
            )
    attached = block.column("_atom_site_attached_hydrogens")
    for label, text in zip(labels, attached, strict=False):
        if _whole(text):
            raise StructureError(
                f"has hydrogen atoms without coordinates ({_whole(text)} attached to "
                f"{label[:20]!r}); add a site for each of them"
            )


def _coordinates(
    columns: list[list[str]], labels: list[str]
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return values, units of their last digits, and the sites with a dot for one."""
    dots: list[str] = []
    rows: list[list[Number]] = []
    for label, *texts in zip(labels, *columns, strict=True):
        row = []
        for text in texts:
            number = Number(0.0, 0.0) if text == "." else parse_number(text)
            if number is None:
                wrong = "no value" if text in UNKNOWN else "no number"
                raise StructureError(
                    f"has {text[:20]!r}, {wrong}, for a coordinate of site "
                    f"{label[:20]!r}; write the number, or take the site out"
                )
            row.append(number)
        if "." in texts:
            dots.append(label[:20])
        rows.append(row)
    table = np.array(rows)
    return table[:, :, 0], table[:, :, 1], dots


def _fractional(block: Block, cell: list[float], coords: FloatArray) -> FloatArray:
    """Return fractional coordinates of Cartesian ones, along the file's own axes."""
    matrix = gemmi.UnitCell(*cell).frac.mat.tolist()
    shift = np.zeros(3)
    for prefix in ("_atom_sites_cartn_tran_", "_atom_sites_cartn_transf_"):
        if block.first(f"{prefix}matrix_11"):
            rows = [[f"{prefix}matrix_{i}{j}" for j in "123"] for i in "123"]
            given = np.array([[_value(block, name) for name in row] for row in rows])
            shift = np.array([_value(block, f"{prefix}vector_{i}") for i in "123"])
            if abs(np.linalg.det(given)) > 1e-9:
                matrix = np.linalg.inv(given)
            break
    return (coords - shift) @ np.array(matrix).T


def _value(block: Block, name: str) -> float:
    number = parse_number(block.first(name) or "0")
    return number.value if number else 0.0


def _occupancies(block: Block, labels: list[str]) -> list[float]:
    """Return occupancies; CIF takes an unknown one for 1."""
    column = block.column("_atom_site_occupancy")
    found = []
    for label, text in zip(labels, _padded(column, len(labels)), strict=True):
        number = Number(1.0, 0.0) if text in UNKNOWN else parse_number(text)
        if number is None:
            raise StructureError(
                f"has {text[:20]!r} for the occupancy of site {label[:20]!r}, which is "
                "not a number; correct it"
            )
        found.append(number.value)
    return found


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else 0
