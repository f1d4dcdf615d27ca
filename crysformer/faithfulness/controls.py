"""Checks that attention must pass before anyone believes a correlation with it.

* Shuffled weights: the same network with the entries of every tensor in random order.
  If its attention follows the effects as well as the trained one's, what the trained
  network has learnt is not in its attention (after Adebayo et al., NeurIPS 2018).
* Doubled cell: the crystal in a cell twice as large, without any use of symmetry. Bonds
  that symmetry makes equal must get equal weights there, and weights and predictions must
  be those of the symmetry quotient, up to rounding.
"""

import copy
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from crysformer.arrays import FloatArray
from crysformer.attention.forward_pass import ForwardPass
from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.quotient import take_quotient
from crysformer.graph.space_group import SpaceGroup
from crysformer.graph.standard_cell import Cell
from crysformer.model.network import Crysformer

REPEATS = np.array([2, 1, 1])


@dataclass(frozen=True)
class SymmetryCheck:
    """Largest differences found with the doubled cell.

    Attributes:
        bonds: Directed bonds that were compared.
        equal_bonds: Between weights of bonds that symmetry makes equal.
        weights: Between weights in the doubled cell and in the quotient.
        values: Between standardised predictions of both.
    """

    bonds: int
    equal_bonds: float
    weights: float
    values: float


def shuffled(model: Crysformer, seed: int) -> Crysformer:
    """Copy a network and put the entries of each of its tensors in random order.

    Unlike fresh weights, these keep their sizes, so attention is no more uniform than
    before.
    """
    generator = torch.Generator().manual_seed(seed)
    other = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in other.parameters():
            order = torch.randperm(parameter.numel(), generator=generator)
            mixed = parameter.flatten()[order.to(parameter.device)]
            parameter.copy_(mixed.view_as(parameter))
    return other.eval().requires_grad_(False)


def check_symmetry(model: Crysformer, graph: CrystalGraph) -> SymmetryCheck:
    """Compare the quotient with the doubled cell in which nothing is known to be equal.

    Args:
        model: Network in evaluation mode.
        graph: The crystal.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    cell, doubled = _as_given(graph.cell), _doubled(graph.cell)
    single = CrystalGraph(_structure_of(cell), cell, graph.quotient)
    quotient = take_quotient(doubled, model.config.neighbour_rule, full=True)
    double = CrystalGraph(_structure_of(doubled), doubled, quotient)
    first, second = ForwardPass.of(model, single), ForwardPass.of(model, double)
    values = float(np.abs(first.outputs - second.outputs).max())
    one, two = single.bonds, double.bonds

    # A bond of the doubled cell, written in the lattice of the single one.
    atoms = cell.num_atoms
    shift = np.zeros((doubled.num_atoms, 3), dtype=np.int64)
    shift[atoms:, 0] = 1
    image = two.image * REPEATS + shift[two.j] - shift[two.i]
    known = {
        (i, j, *n): row
        for row, (i, j, n) in enumerate(
            zip(one.i.tolist(), one.j.tolist(), one.image.tolist(), strict=True)
        )
    }
    match = np.array(
        [
            known.get((i, j, *n), -1)
            for i, j, n in zip(
                (two.i % atoms).tolist(),
                (two.j % atoms).tolist(),
                image.tolist(),
                strict=True,
            )
        ]
    )
    if (match < 0).any():
        # Not even the bonds are the same ones: as different as can be.
        return SymmetryCheck(len(two), np.inf, np.inf, values)
    expected, found = (
        np.concatenate([each.cross, each.conditional], axis=2)
        for each in (first.bond_attention, second.bond_attention)
    )
    return SymmetryCheck(
        bonds=len(two),
        equal_bonds=_spread(found, one.orbit[match]),
        weights=float(np.abs(expected[match] - found).max(initial=0.0)),
        values=values,
    )


def _spread(weights: FloatArray, orbit: NDArray[np.int64]) -> float:
    """Largest range of weights within an orbit of bonds."""
    shape = (int(orbit.max()) + 1, *weights.shape[1:])
    low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
    np.minimum.at(low, orbit, weights)
    np.maximum.at(high, orbit, weights)
    return float((high - low).max(initial=0.0))


def _as_given(cell: Cell) -> Cell:
    """The standardised cell, taken for the cell of the file."""
    return replace(
        cell,
        site_atom=np.arange(cell.num_atoms),
        site_shift=np.zeros((cell.num_atoms, 3), dtype=np.int64),
        supercell=np.eye(3, dtype=np.int64),
    )


def _doubled(cell: Cell) -> Cell:
    """Two cells along the first axis as one cell whose symmetry is not used."""
    numbers = np.tile(cell.atomic_numbers, 2)
    second = cell.frac_coords + np.array([1.0, 0.0, 0.0])
    return _as_given(
        replace(
            cell,
            lattice=cell.lattice * REPEATS[:, None],
            frac_coords=np.concatenate([cell.frac_coords, second]) / REPEATS,
            atomic_numbers=numbers,
            group=SpaceGroup.trivial(len(numbers)),
            number=1,
        )
    )


def _structure_of(cell: Cell) -> Structure:
    return Structure(Lattice(cell.lattice), cell.atomic_numbers, cell.frac_coords)
