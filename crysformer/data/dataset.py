"""Training rows and their graphs: gzipped JSON lines in, one cached graph store out.

A row is ``{"id", "structure": {"lattice", "frac_coords", "species"}, "labels": {...}}``.
Graphs depend only on the file and the neighbour rule, so they are built once, by all
cores, and kept as one safetensors file in a cache folder.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Composition, Element, Structure
from pymatgen.core.structure import StructureError as PymatgenStructureError

from crysformer.data.cache import stores_of
from crysformer.data.store import Graphs
from crysformer.errors import DataError
from crysformer.graph.rule import NeighbourRule
from crysformer.properties.table import PROPERTIES
from crysformer.structure.formula import formula_unit_atoms, reduced_formula

_NOT_A_ROW = (AttributeError, KeyError, TypeError, ValueError, PymatgenStructureError)


@dataclass(frozen=True)
class Row:
    """One crystal of a data file.

    Attributes:
        id: Identifier of the publisher.
        structure: The crystal.
        labels: Known label values by column name, in the units of the property table.
        geometry: Where the positions come from, if the file tells rows apart by it.
    """

    id: str
    structure: Structure
    labels: dict[str, float]
    geometry: str = ""


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSON-lines file, gzipped or not; blank lines do not count.

    Raises:
        DataError: The file is missing or damaged, or a row lacks a field.
    """
    for number, row in _documents(path):
        yield _parse_row(row, path, number)


def read_columns(path: Path) -> set[str]:
    """Names of the labels that any row of a file has; its crystals are not looked at.

    Raises:
        DataError: The file is missing or damaged.
    """
    found: set[str] = set()
    for number, row in _documents(path):
        try:
            found |= {key for key, value in row["labels"].items() if value is not None}
        except _NOT_A_ROW as error:
            raise DataError(f"Row {number} of {path} has no labels: {error!r}.") from None
    return found


def _documents(path: Path) -> Iterator[tuple[int, Any]]:
    """The JSON documents of a file and their line numbers."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        opened = gzip.open if packed else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, json.loads(line)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(f"{path} cannot be read as JSON lines: {error}.") from None


def _parse_row(row: dict[str, Any], path: Path, number: int) -> Row:
    try:
        crystal = row["structure"]
        species = [Element(symbol) for symbol in crystal["species"]]
        structure = Structure(crystal["lattice"], species, crystal["frac_coords"])
        geometry = str(row.get("geometry", ""))
        return Row(str(row["id"]), structure, _labels(row), geometry)
    except _NOT_A_ROW as error:
        raise _fault(path, number, error) from None


def property_values(labels: dict[str, float], keys: Sequence[str]) -> list[float]:
    """Value of each property in a row, NaN where a label is missing.

    Components of a tensor are merged into their mean only where all of them are known.
    """
    values = []
    for key in keys:
        columns = PROPERTIES[key].columns
        known = [labels[column] for column in columns if column in labels]
        complete = len(known) == len(columns)
        values.append(sum(known) / len(known) if complete else float("nan"))
    return values


@dataclass(frozen=True)
class Dataset:
    """Graphs and labels of one file, in file order.

    Attributes:
        ids: Identifiers.
        values: Property values, NaN where unknown, (rows, properties).
        num_sites: Atoms in the cell of the row, (rows,).
        formula_atoms: Atoms in its reduced formula, (rows,).
        volumes: Volume per atom, Å³, (rows,).
        graphs: Quotient graphs.
        formulas: Reduced formulas.
        geometries: See ``Row``.
    """

    ids: list[str]
    formulas: list[str]
    geometries: list[str]
    values: NDArray[np.float64]
    num_sites: NDArray[np.int64]
    formula_atoms: NDArray[np.int64]
    volumes: NDArray[np.float64]
    graphs: Graphs

    def __len__(self) -> int:
        return len(self.ids)

    def subset(self, rows: NDArray[np.int64]) -> "Dataset":
        """Some of the crystals, in the order of ``rows``."""
        return Dataset(
            ids=[self.ids[row] for row in rows],
            formulas=[self.formulas[row] for row in rows],
            geometries=[self.geometries[row] for row in rows],
            values=self.values[rows],
            num_sites=self.num_sites[rows],
            formula_atoms=self.formula_atoms[rows],
            volumes=self.volumes[rows],
            graphs=self.graphs.select(rows),
        )

    def composition(self) -> NDArray[np.float64]:
        """Fraction of each element by atomic number, (rows, 119)."""
        return np.array([self.graphs[row].composition() for row in range(len(self))])


def load_dataset(
    path: Path, keys: Sequence[str], rule: NeighbourRule, cache: Path | None = None
) -> Dataset:
    """Read a file and its graphs, from the cache where they were built before.

    A row whose cell is too empty for a graph is left out, with a warning that names it.

    Args:
        path: Gzipped JSON lines.
        keys: Properties to read.
        rule: Neighbour rule of the model.
        cache: Folder for graph stores; nothing is kept without one.

    Raises:
        DataError: The file cannot be read or holds no rows with a graph.
    """
    stores, kept = stores_of(path, partial(read_rows, path), rule, cache)
    if not len(kept):
        raise DataError(f"{path} holds no crystals.")
    found = [_facts(row, path, number, keys) for number, row in _documents(path)]
    facts = [found[row] for row in kept]
    return Dataset(
        ids=[row.id for row in facts],
        formulas=[row.formula for row in facts],
        geometries=[row.geometry for row in facts],
        values=np.array([row.values for row in facts]),
        num_sites=np.array([row.sites for row in facts]),
        formula_atoms=np.array([row.formula_atoms for row in facts]),
        volumes=np.array([row.volume for row in facts]),
        graphs=Graphs(stores),
    )


class _Facts(NamedTuple):
    """What a data set keeps of a row besides its graph."""

    id: str
    formula: str
    geometry: str
    values: list[float]
    sites: int
    formula_atoms: int
    volume: float


def _facts(row: dict[str, Any], path: Path, number: int, keys: Sequence[str]) -> _Facts:
    """Read a row without building its structure, which takes ten times as long."""
    try:
        crystal = row["structure"]
        counts = Counter(crystal["species"])
        sites = counts.total()
        formula, formula_atoms = _formula(tuple(sorted(counts.items())))
        volume = abs(float(np.linalg.det(np.array(crystal["lattice"], dtype=float))))
        values = property_values(_labels(row), keys)
        geometry = str(row.get("geometry", ""))
    except _NOT_A_ROW as error:
        raise _fault(path, number, error) from None
    identifier, per_atom = str(row["id"]), volume / sites
    return _Facts(identifier, formula, geometry, values, sites, formula_atoms, per_atom)


@lru_cache(maxsize=100_000)
def _formula(counts: tuple[tuple[str, int], ...]) -> tuple[str, int]:
    """Reduced formula and its atoms; data sets have many crystals of one composition."""
    composition = Composition({Element(symbol): count for symbol, count in counts})
    return reduced_formula(composition), formula_unit_atoms(composition)


def _labels(row: dict[str, Any]) -> dict[str, float]:
    """Known labels of a row: one that is null is as unknown as one that is left out."""
    return {k: float(v) for k, v in row["labels"].items() if v is not None}


def _fault(path: Path, number: int, error: Exception) -> DataError:
    return DataError(f"Row {number} of {path} is not a crystal with labels: {error!r}.")
