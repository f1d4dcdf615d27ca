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
from pymatgen.core import Structure

from crysformer.arrays import FloatArray
from crysformer.attention.weights import AttentionWeights, BondAttention, expand_bonds
from crysformer.graph.batch import GraphArrays, collate
from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.standard_cell import Cell, SpaceGroup, standardise
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


def attention_of(
    model: Crysformer, graph: GraphArrays, bonds: BondAttention
) -> BondAttention:
    """Attention of some network on the bonds of a crystal that is known already.

    Args:
        model: Any network with the same neighbour rule.
        graph: Quotient graph of the crystal.
        bonds: Bonds of the given cell on that graph.
    """
    weights, _ = _run(model, graph)
    share = np.bincount(bonds.orbit)
    share[bonds.orbit] = bonds.multiplicity
    single = weights.per_member(share)
    return replace(
        bonds,
        cross=single.cross[bonds.orbit],
        conditional=single.conditional[bonds.orbit],
    )


def check_symmetry(model: Crysformer, structure: Structure) -> SymmetryCheck:
    """Compare the quotient with the doubled cell in which nothing is known to be equal.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    cell = _as_given(standardise(structure))
    rule = model.config.neighbour_rule
    one, values = _attend(model, cell, take_quotient(cell, rule))
    doubled = _doubled(cell)
    two, others = _attend(model, doubled, take_quotient(doubled, rule, full=True))

    # A bond of the doubled cell, written in the lattice of the single one.
    atoms = cell.num_atoms
    shift = np.zeros((len(doubled.atomic_numbers), 3), dtype=np.int64)
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
        return SymmetryCheck(
            len(two), np.inf, np.inf, float(np.abs(values - others).max())
        )
    first = np.concatenate([one.cross, one.conditional], axis=2)[match]
    second = np.concatenate([two.cross, two.conditional], axis=2)
    return SymmetryCheck(
        bonds=len(two),
        equal_bonds=_spread(second, one.orbit[match]),
        weights=float(np.abs(first - second).max(initial=0.0)),
        values=float(np.abs(values - others).max()),
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


def _attend(
    model: Crysformer, cell: Cell, quotient: Quotient
) -> tuple[BondAttention, FloatArray]:
    weights, values = _run(model, GraphArrays.from_quotient(quotient))
    return expand_bonds(cell, quotient, weights), values


def _run(model: Crysformer, graph: GraphArrays) -> tuple[AttentionWeights, FloatArray]:
    """Weights of whole orbits and standardised outputs of one crystal."""
    parameter = next(model.parameters())
    with torch.inference_mode():
        batch = collate([graph], parameter.dtype).to(parameter.device)
        output = model(batch)
    return AttentionWeights.of(output.atomistic), output.values[0].cpu().double().numpy()
