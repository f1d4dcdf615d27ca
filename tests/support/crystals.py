"""Textbook crystals, and what the engine's tests need to put them through a network."""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from pathlib import Path

import numpy as np
import torch
from pymatgen.core import Lattice, Structure

from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import collate
from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.space_group import SpaceGroup
from crysformer.graph.standard_cell import Cell, standardise
from crysformer.model.config import ModelConfig
from crysformer.model.layers import LayerAttention
from crysformer.model.network import Crysformer
from crysformer.paths import ROOT

SHARED = ROOT.parent / "shared" / "data"
"""Training data lent to this project; absent from a plain checkout."""


def _built_once(make: Callable[[], Structure]) -> Callable[[], Structure]:
    """Copies of one crystal: pymatgen takes half a second to expand a space group."""
    built = cache(make)
    return wraps(make)(lambda: built().copy())


@_built_once
def rock_salt() -> Structure:
    """NaCl, conventional cell of 8 atoms."""
    sites = [[0, 0, 0], [0.5, 0.5, 0.5]]
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], sites)


@_built_once
def diamond() -> Structure:
    """Si, conventional cell of 8 atoms."""
    return Structure.from_spacegroup("Fd-3m", Lattice.cubic(5.43), ["Si"], [[0, 0, 0]])


@_built_once
def fluorite() -> Structure:
    """CaF2, conventional cell of 12 atoms."""
    sites = [[0, 0, 0], [0.25, 0.25, 0.25]]
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.46), ["Ca", "F"], sites)


@_built_once
def perovskite() -> Structure:
    """SrTiO3, 5 atoms."""
    sites = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0]]
    return Structure.from_spacegroup(
        "Pm-3m", Lattice.cubic(3.905), ["Sr", "Ti", "O"], sites
    )


@_built_once
def wurtzite() -> Structure:
    """ZnS, 4 atoms, neither centrosymmetric nor ideal."""
    sites = [[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 0.3748]]
    lattice = Lattice.hexagonal(3.82, 6.26)
    return Structure.from_spacegroup("P6_3mc", lattice, ["Zn", "S"], sites)


@_built_once
def bcc() -> Structure:
    """Fe, conventional cell of 2 atoms."""
    return Structure.from_spacegroup("Im-3m", Lattice.cubic(2.866), ["Fe"], [[0, 0, 0]])


@_built_once
def hcp() -> Structure:
    """Mg, 2 atoms, c/a below ideal: 6 + 6 neighbours."""
    lattice = Lattice.hexagonal(3.209, 5.211)
    return Structure.from_spacegroup("P6_3/mmc", lattice, ["Mg"], [[1 / 3, 2 / 3, 0.25]])


@_built_once
def fcc() -> Structure:
    """Cu, conventional cell of 4 atoms."""
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.615), ["Cu"], [[0, 0, 0]])


@_built_once
def simple_cubic() -> Structure:
    """Po, the one element with one atom in a cubic cell."""
    return Structure(Lattice.cubic(3.35), ["Po"], [[0, 0, 0]])


@_built_once
def triclinic() -> Structure:
    """Five elements at random places at least 1.8 Å apart, without any symmetry."""
    lattice = Lattice.from_parameters(4.1, 5.2, 6.3, 82, 97, 105)
    generator = np.random.default_rng(7)
    coords: list[np.ndarray] = []
    while len(coords) < 5:
        candidate = generator.random(3)
        if not coords or lattice.get_all_distances(candidate, coords).min() > 1.8:
            coords.append(candidate)
    return Structure(lattice, ["Li", "Fe", "P", "O", "S"], coords)


TEXTBOOK: Mapping[str, Callable[[], Structure]] = {
    make.__name__: make
    for make in (
        rock_salt,
        diamond,
        fluorite,
        perovskite,
        wurtzite,
        bcc,
        hcp,
        fcc,
        simple_cubic,
        triclinic,
    )
}


def jitter(structure: Structure, amplitude: float, seed: int = 0) -> Structure:
    """Every atom moved by ``amplitude`` Å in a random direction."""
    moves = np.random.default_rng(seed).normal(size=(len(structure), 3))
    moves *= amplitude / np.linalg.norm(moves, axis=1, keepdims=True)
    return Structure(
        structure.lattice,
        structure.species,
        structure.cart_coords + moves,
        coords_are_cartesian=True,
    )


def bare_cell(structure: Structure) -> Cell:
    """The given cell itself: nothing reduced, nothing averaged, no symmetry."""
    count = len(structure)
    return Cell(
        lattice=np.array(structure.lattice.matrix),
        frac_coords=np.array(structure.frac_coords),
        atomic_numbers=np.array([site.specie.Z for site in structure]),
        group=SpaceGroup.trivial(count),
        number=1,
        site_atom=np.arange(count),
        site_shift=np.zeros((count, 3), dtype=np.int64),
        supercell=np.eye(3, dtype=np.int64),
    )


def shared_structures(name: str, every: int, keep: int) -> list[Structure]:
    """The ``keep`` smallest crystals among every ``every``-th row of a shared file."""
    with gzip.open(SHARED / name, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line)["structure"] for line in lines][::every]
    rows.sort(key=lambda row: len(row["species"]))
    return [
        Structure(row["lattice"], row["species"], row["frac_coords"])
        for row in rows[:keep]
    ]


def write_rows(
    path: Path, rows: Iterable[tuple[str, Structure, Mapping[str, float]]]
) -> None:
    """Write a data file of (id, crystal, labels) rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for name, structure, labels in rows:
            crystal = {
                "lattice": structure.lattice.matrix.tolist(),
                "frac_coords": structure.frac_coords.tolist(),
                "species": [site.specie.symbol for site in structure],
            }
            row = {"id": name, "structure": crystal, "labels": dict(labels)}
            lines.write(json.dumps(row) + "\n")


def random_model(
    config: ModelConfig,
    num_properties: int = 3,
    *,
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Crysformer:
    """An untrained network whose attention is far from uniform."""
    torch.manual_seed(seed)
    model = Crysformer(config, num_properties).to(dtype)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("query.weight", "key.weight")):
                parameter.mul_(2.5)
    return model.eval()


def graph_of(
    structure: Structure, rule: NeighbourRule, *, full: bool = False
) -> tuple[Cell, Quotient, GraphArrays]:
    """Standardised cell, quotient and arrays of one crystal."""
    cell = standardise(structure)
    quotient = take_quotient(cell, rule, full=full)
    return cell, quotient, GraphArrays.from_quotient(quotient)


def predict(model: Crysformer, *graphs: GraphArrays) -> np.ndarray:
    """Standardised outputs of one batch, (crystals, properties)."""
    dtype = next(model.parameters()).dtype
    with torch.inference_mode():
        return model(collate(graphs, dtype)).values.numpy()


def stack(attention: Iterable[LayerAttention], module: str) -> np.ndarray:
    """Weights of one module in all blocks, (rows, blocks, heads)."""
    layers = [getattr(layer, module).detach().numpy() for layer in attention]
    return np.stack(layers, axis=1)
