"""Many graphs in flat tensors on a device, and batches of any of them at fixed sizes."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crysformer.graph.batch import GraphBatch

ROWS = ("atom", "bond", "angle")
"""Kinds of rows of a graph, in the order of ``Sizes``."""

_LENGTH = 3.0  # Å, where the Gaussians of the embedding are at home.


class Sizes(NamedTuple):
    """Rows of a batch, the filler's among them."""

    atoms: int
    bonds: int
    angles: int


class _Rows(NamedTuple):
    """Where the rows of one kind in a batch come from.

    Attributes:
        crystal: Position in the batch, the filler's last, (rows,).
        real: Whether a row belongs to a crystal, (rows,).
        source: Row among all graphs; that of some other row in the filler, (rows,).
        first: First row of each crystal of the batch, and of the filler, (crystals + 1,).
        filler: Number of a row in the filler, from zero; negative elsewhere, (rows,).
    """

    crystal: Tensor
    real: Tensor
    source: Tensor
    first: Tensor
    filler: Tensor


class DeviceGraphs:
    """Graphs that stay on a device.

    Index ``len(graphs)`` stands for no crystal: it adds nothing to a batch but its place.

    Args:
        arrays: As ``GraphStore`` keeps them.
        device: Where they go.
        dtype: Of lengths, cosines and logarithms.
    """

    def __init__(
        self, arrays: Mapping[str, NDArray], device: torch.device, dtype: torch.dtype
    ) -> None:
        self.device = device
        self._length = len(arrays["first_atom"]) - 1

        def place(rows: NDArray, kind: torch.dtype | None = None) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(rows)).to(device, kind)

        self._first = {}
        for name in ROWS:
            first = arrays[f"first_{name}"]
            self._first[name] = place(np.append(first, first[-1]), torch.int64)
        self._numbers = place(arrays["atomic_numbers"])
        self._fractions = place(_fractions(arrays), dtype)
        self._edge_index = place(arrays["edge_index"])
        self._line_index = place(arrays["line_index"])
        self._features = {
            name: place(arrays[name], dtype)
            for name in (
                "lengths",
                "log_bond_multiplicity",
                "cosines",
                "log_angle_multiplicity",
            )
        }

    def __len__(self) -> int:
        return self._length

    def batch(self, crystals: Tensor, sizes: Sizes) -> GraphBatch:
        """Assemble a batch whose last crystal fills it up; nothing is waited for.

        Args:
            crystals: Their indices, on the device, (crystals,).
            sizes: More atoms and bonds than the crystals have together, and no fewer
                angles.
        """
        atom, bond, angle = (
            self._rows(name, crystals, size)
            for name, size in zip(ROWS, sizes, strict=True)
        )
        lengths = self._take("lengths", bond, _LENGTH)
        return GraphBatch(
            atomic_numbers=_only(atom, self._numbers[atom.source].long(), 1),
            atom_fraction=_only(atom, self._fractions[atom.source], 0),
            edge_index=_joined(self._edge_index, bond, atom),
            lengths=lengths,
            log_bond_multiplicity=self._take("log_bond_multiplicity", bond),
            line_index=_joined(self._line_index, angle, bond),
            cosines=self._take("cosines", angle),
            log_angle_multiplicity=self._take("log_angle_multiplicity", angle),
            crystal=atom.crystal,
            num_crystals=len(crystals) + 1,
        )

    def _rows(self, name: str, crystals: Tensor, size: int) -> _Rows:
        start = self._first[name][crystals]
        end = (self._first[name][crystals + 1] - start).cumsum(0)
        first = torch.cat([end.new_zeros(1), end])
        place = torch.arange(size, device=self.device)
        crystal = torch.searchsorted(end, place, right=True)
        real = crystal < len(crystals)
        inside = crystal.clamp(max=len(crystals) - 1)
        source = torch.where(real, start[inside] + place - first[inside], 0)
        return _Rows(crystal, real, source, first, place - first[-1])

    def _take(self, name: str, rows: _Rows, otherwise: float = 0.0) -> Tensor:
        return _only(rows, self._features[name][rows.source], otherwise)


def _fractions(arrays: Mapping[str, NDArray]) -> NDArray[np.float64]:
    """Share of each representative atom in its crystal."""
    counts = np.diff(arrays["first_atom"])
    crystal = np.repeat(np.arange(len(counts)), counts)
    multiplicity = arrays["atom_multiplicity"]
    return multiplicity / np.bincount(crystal, multiplicity)[crystal]


def _only(rows: _Rows, values: Tensor, otherwise: float) -> Tensor:
    """The values of real rows, and another one in the filler."""
    return torch.where(rows.real, values, otherwise)


def _joined(index: Tensor, edges: _Rows, nodes: _Rows) -> Tensor:
    """Indices that count through the batch.

    Edges of the filler begin and end at one node, the first ones at its first node and so
    on: thousands on one node would wait for each other's sums, and edges stay sorted.
    """
    real = index[:, edges.source].long() + nodes.first[edges.crystal]
    num_nodes = (nodes.filler[-1] + 1).clamp(min=1)
    num_edges = (edges.filler[-1] + 1).clamp(min=1)
    filler = nodes.first[-1] + edges.filler * num_nodes // num_edges
    return torch.where(edges.real, real, filler)
