"""Training rows and their graphs: gzipped JSON lines in, one cached graph store out.

A row is ``{"id", "structure": {"lattice", "frac_coords", "species"}, "labels": {...}}``.
Graphs depend only on the file and the neighbour rule, so they are built once, by all
cores, and kept as one safetensors file in a cache folder.
"""

import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Structure
from pymatgen.core.structure import StructureError as PymatgenStructureError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from crysformer.errors import DataError, StructureError
from crysformer.graph.arrays import GraphArrays, work_of
from crysformer.graph.crystal import build_graph
from crysformer.graph.rule import GRAPH_VERSION, NeighbourRule
from crysformer.properties.table import PROPERTIES
from crysformer.structure.formula import formula_unit_atoms, reduced_formula

_logger = logging.getLogger(__name__)

_NOT_A_ROW = (AttributeError, KeyError, TypeError, ValueError, PymatgenStructureError)

_KEPT = "kept_rows"
"""Rows of the file that have a graph."""

_ROW_FIELDS = ("atomic_numbers", "atom_multiplicity")
_BOND_FIELDS = ("edge_index", "lengths", "log_bond_multiplicity")
_ANGLE_FIELDS = ("line_index", "cosines", "log_angle_multiplicity")


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
        # A label that is null is as unknown as one that is left out.
        known = {k: v for k, v in row["labels"].items() if v is not None}
        labels = {key: float(value) for key, value in known.items()}
        geometry = str(row.get("geometry", ""))
        return Row(str(row["id"]), structure, labels, geometry)
    except _NOT_A_ROW as error:
        raise DataError(
            f"Row {number} of {path} is not a crystal with labels: {error!r}."
        ) from None


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
    graphs: "GraphStore"

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
            graphs=GraphStore.from_graphs([self.graphs[row] for row in rows]),
        )

    def composition(self) -> NDArray[np.float64]:
        """Fraction of each element by atomic number, (rows, 119)."""
        return np.array([self.graphs[row].composition() for row in range(len(self))])


class GraphStore:
    """Many graphs in a few flat arrays; indexing returns views."""

    def __init__(self, arrays: dict[str, NDArray]) -> None:
        self.arrays = arrays

    def __len__(self) -> int:
        return len(self.arrays["first_atom"]) - 1

    def __getitem__(self, index: int) -> GraphArrays:
        spans = {
            name: slice(*self.arrays[f"first_{name}"][index : index + 2])
            for name in ("atom", "bond", "angle")
        }
        fields = {name: self.arrays[name][spans["atom"]] for name in _ROW_FIELDS}
        for name in _BOND_FIELDS:
            fields[name] = self.arrays[name][..., spans["bond"]]
        for name in _ANGLE_FIELDS:
            fields[name] = self.arrays[name][..., spans["angle"]]
        return GraphArrays(
            **fields, piezoelectric=bool(self.arrays["piezoelectric"][index])
        )

    @property
    def work(self) -> NDArray[np.int64]:
        """Cost of each graph, as ``GraphArrays.work``."""
        bonds, angles = (
            np.diff(self.arrays[f"first_{name}"]) for name in ("bond", "angle")
        )
        return work_of(bonds, angles)

    @classmethod
    def from_graphs(cls, graphs: Sequence[GraphArrays]) -> "GraphStore":
        """Pack graphs; lengths and cosines are kept in single precision."""
        arrays = {}
        for name in (*_ROW_FIELDS, *_BOND_FIELDS, *_ANGLE_FIELDS):
            rows = [getattr(graph, name) for graph in graphs]
            joined = np.concatenate(rows, axis=-1)
            kind = np.float32 if joined.dtype.kind == "f" else np.int32
            arrays[name] = np.ascontiguousarray(joined.astype(kind))
        for name, field in (
            ("atom", "atomic_numbers"),
            ("bond", "lengths"),
            ("angle", "cosines"),
        ):
            counts = [len(getattr(graph, field)) for graph in graphs]
            arrays[f"first_{name}"] = np.concatenate([[0], np.cumsum(counts)])
        arrays["piezoelectric"] = np.array([graph.piezoelectric for graph in graphs])
        return cls(arrays)


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
    rows = list(read_rows(path))
    stored = None if cache is None else cache / f"{_fingerprint(path, rule)}.safetensors"
    if stored is not None and stored.exists():
        arrays = load_file(stored)
        kept = arrays.pop(_KEPT)
        graphs = GraphStore(arrays)
    else:
        found = build_graphs(rows, rule)
        kept = np.array([row for row, graph in enumerate(found) if graph is not None])
        if not len(kept):
            raise DataError(f"{path} holds no crystals.")
        graphs = GraphStore.from_graphs([found[row] for row in kept])
        if stored is not None:
            _keep({**graphs.arrays, _KEPT: kept}, stored)
    rows = [rows[row] for row in kept]
    structures = [row.structure for row in rows]
    return Dataset(
        ids=[row.id for row in rows],
        formulas=[reduced_formula(structure) for structure in structures],
        geometries=[row.geometry for row in rows],
        values=np.array([property_values(row.labels, keys) for row in rows]),
        num_sites=np.array([len(structure) for structure in structures]),
        formula_atoms=np.array([formula_unit_atoms(s) for s in structures]),
        volumes=np.array([s.volume / len(s) for s in structures]),
        graphs=graphs,
    )


def _keep(arrays: dict[str, NDArray], stored: Path) -> None:
    """Store graphs in one move; where that cannot be, it is said and all goes on."""
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=stored.parent) as folder:
            unfinished = Path(folder) / stored.name
            save_file(arrays, unfinished)
            unfinished.replace(stored)
    except (OSError, SafetensorError) as error:
        _logger.warning("Graphs are not kept in %s: %s.", stored.parent, error)


def build_graphs(rows: Sequence[Row], rule: NeighbourRule) -> list[GraphArrays | None]:
    """Build graphs on all cores, with a progress bar; None where there is none."""
    jobs = [(row, rule) for row in rows]
    bar = {"total": len(jobs), "desc": "graphs", "unit": "crystal", "leave": False}
    if len(jobs) < 200:
        return [_build(job) for job in tqdm(jobs, **bar)]
    with ProcessPoolExecutor() as pool:
        return list(tqdm(pool.map(_build, jobs, chunksize=50), **bar))


def _build(job: tuple[Row, NeighbourRule]) -> GraphArrays | None:
    row, rule = job
    try:
        return build_graph(row.structure, rule)
    except StructureError as error:
        _logger.warning("%s is left out: %s", row.id, error)
        return None


def _fingerprint(path: Path, rule: NeighbourRule) -> str:
    """Name of a graph store: changes with the file, the rule and this code's version."""
    digest = hashlib.sha256(path.read_bytes())
    digest.update(repr((rule, GRAPH_VERSION)).encode())
    return f"{path.name.split('.')[0]}-{digest.hexdigest()[:16]}"
