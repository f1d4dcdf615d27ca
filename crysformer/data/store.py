"""Graphs of many crystals, in files that are mapped rather than read.

A rank in training touches the graphs of its own share of each step and holds no others:
what is mapped and not in use is the system's to drop, and ranks of one machine share it.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crysformer.graph.arrays import GraphArrays, work_of

_ROW_FIELDS = ("atomic_numbers", "atom_multiplicity")
_BOND_FIELDS = ("edge_index", "lengths", "log_bond_multiplicity")
_ANGLE_FIELDS = ("line_index", "cosines", "log_angle_multiplicity")
_COUNTED = {"atom": "atomic_numbers", "bond": "lengths", "angle": "cosines"}
_TYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "I64": np.int64,
    "I32": np.int32,
    "BOOL": np.bool_,
}


class GraphStore:
    """Many graphs in a few flat arrays; indexing returns views."""

    def __init__(self, arrays: dict[str, NDArray]) -> None:
        self.arrays = arrays

    @classmethod
    def from_graphs(cls, graphs: Sequence[GraphArrays]) -> "GraphStore":
        """Pack graphs; lengths and cosines are kept in single precision."""
        arrays = {}
        for name in (*_ROW_FIELDS, *_BOND_FIELDS, *_ANGLE_FIELDS):
            rows = [getattr(graph, name) for graph in graphs]
            joined = np.concatenate(rows, axis=-1)
            kind = np.float32 if joined.dtype.kind == "f" else np.int32
            arrays[name] = np.ascontiguousarray(joined.astype(kind))
        for name, field in _COUNTED.items():
            counts = [len(getattr(graph, field)) for graph in graphs]
            arrays[f"first_{name}"] = np.concatenate([[0], np.cumsum(counts)])
        arrays["piezoelectric"] = np.array([graph.piezoelectric for graph in graphs])
        return cls(arrays)

    def __len__(self) -> int:
        return len(self.arrays["first_atom"]) - 1

    def __getitem__(self, index: int) -> GraphArrays:
        spans = {
            name: slice(*self.arrays[f"first_{name}"][index : index + 2])
            for name in _COUNTED
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
    def rows(self) -> NDArray[np.int64]:
        """Atoms, bonds and angles of each graph, (graphs, 3)."""
        return np.stack(
            [np.diff(self.arrays[f"first_{name}"]) for name in _COUNTED], axis=1
        )

    @property
    def angles(self) -> NDArray[np.int64]:
        """Symmetry-unique angles of each graph."""
        return np.diff(self.arrays["first_angle"])

    @property
    def work(self) -> NDArray[np.int64]:
        """Cost of each graph, as ``GraphArrays.work``."""
        return work_of(np.diff(self.arrays["first_bond"]), self.angles)


class Graphs(Sequence[GraphArrays]):
    """Graphs of one or more stores, or some of them, without a copy.

    Args:
        stores: Where they are.
        places: Store and row of each graph, (graphs, 2); all of them without.
    """

    def __init__(
        self, stores: Sequence[GraphStore], places: NDArray[np.int64] | None = None
    ) -> None:
        self._stores = tuple(stores)
        if places is None:
            parts = [
                np.stack([np.full(len(store), n), np.arange(len(store))], axis=1)
                for n, store in enumerate(self._stores)
            ]
            places = np.concatenate(parts)
        self._places = places

    @classmethod
    def joined(cls, parts: Iterable["Graphs"]) -> "Graphs":
        """The graphs of several, one after another."""
        stores: list[GraphStore] = []
        places = []
        for part in parts:
            places.append(part._places + np.array([len(stores), 0]))
            stores += part._stores
        return cls(stores, np.concatenate(places))

    def select(self, rows: NDArray[np.int64]) -> "Graphs":
        """Some of them, in the order of ``rows``."""
        return Graphs(self._stores, self._places[rows])

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> GraphArrays:
        store, row = self._places[index]
        return self._stores[store][row]

    @cached_property
    def angles(self) -> NDArray[np.int64]:
        """Symmetry-unique angles of each graph."""
        return self._gathered([store.angles for store in self._stores])

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Atoms, bonds and angles of each graph, (graphs, 3)."""
        return self._gathered([store.rows for store in self._stores])

    @cached_property
    def work(self) -> NDArray[np.int64]:
        """Cost of each graph, as ``GraphArrays.work``."""
        return self._gathered([store.work for store in self._stores])

    def packed(self) -> dict[str, NDArray]:
        """All of them in flat arrays, as ``GraphStore`` keeps them, in memory."""
        whole = len(self._stores) == 1 and len(self) == len(self._stores[0])
        if whole and np.array_equal(self._places[:, 1], np.arange(len(self))):
            return self._stores[0].arrays
        return GraphStore.from_graphs(list(self)).arrays

    def _gathered(self, columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        first = np.cumsum([0, *map(len, columns)])
        rows = first[self._places[:, 0]] + self._places[:, 1]
        return np.concatenate(columns)[rows]


def map_arrays(path: Path) -> dict[str, NDArray]:
    """Map the arrays of a safetensors file into memory; changes stay there.

    The library copies what it loads; its format is a length, a JSON header and the
    numbers (https://github.com/huggingface/safetensors#format).
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        kind, shape = _TYPES[entry["dtype"]], tuple(entry["shape"])
        if 0 in shape:
            arrays[name] = np.zeros(shape, kind)
            continue
        offset = 8 + size + entry["data_offsets"][0]
        arrays[name] = np.memmap(path, kind, "c", offset, shape)
    return arrays
