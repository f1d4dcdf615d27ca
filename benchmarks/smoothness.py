"""Largest jump of the formation energy under small changes of a crystal.

A k-nearest-neighbour graph has cliffs: an edge appears or vanishes all at once. For each
library crystal this follows a fine uniaxial strain (-1.5 % to 1.5 %, 61 steps) and a fine
growth of random displacements (0 to 0.05 Å, 51 steps), and reports how far one step moves
the prediction at most, in meV/atom.

    python -m benchmarks.smoothness RUN/best.pt [RUN/best.pt ...]
"""

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from pymatgen.core import Structure

from crysformer.evaluation.smoothness import CRYSTALS
from crysformer.graph.crystal import build_graph
from crysformer.library.catalogue import get_crystal
from crysformer.model.checkpoint import output_keys
from crysformer.model.config import ModelConfig
from crysformer.model.inference import predict_graphs
from crysformer.model.network import Crysformer
from crysformer.properties.scaling import Scaling


def main() -> None:
    """Print one line per model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("states", nargs="+", type=Path, metavar="best.pt")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", UserWarning)
    print("largest step, meV/atom: median and maximum over crystals")
    for path in options.states:
        state = torch.load(path, weights_only=True, map_location="cpu")
        scalings = [Scaling.from_dict(item) for item in state["scalings"]]
        config = ModelConfig.from_dict(state["recipe"]["model"])
        model = Crysformer(config, len(output_keys(scalings))).eval()
        model.load_state_dict(state["average"])
        steps = {"strain": [], "noise": []}
        for name in CRYSTALS:
            primitive = get_crystal(name).structure().get_primitive_structure()
            for kind, path_of in (("strain", strained), ("noise", displaced)):
                energies = energy(model, scalings, path_of(primitive))
                steps[kind].append(1000.0 * np.abs(np.diff(energies)).max())
        summary = "  ".join(
            f"{kind} {np.median(values):6.1f} {np.max(values):6.1f}"
            for kind, values in steps.items()
        )
        print(f"{path}  {summary}")


def strained(structure: Structure) -> list[Structure]:
    """The crystal stretched along its first lattice vector, step by step."""
    path = []
    for strain in np.linspace(-0.015, 0.015, 61):
        image = structure.copy()
        image.apply_strain([strain, 0.0, 0.0])
        path.append(image)
    return path


def displaced(structure: Structure) -> list[Structure]:
    """A 2 x 2 x 2 supercell with displacements of fixed directions growing in size."""
    cell = structure * (2, 2, 2)
    directions = np.random.default_rng(0).normal(size=(len(cell), 3))
    path = []
    for size in np.linspace(0.0, 0.05, 51):
        image = cell.copy()
        for site, direction in enumerate(directions):
            image.translate_sites(site, size * direction, frac_coords=False)
        path.append(image)
    return path


def energy(
    model: Crysformer, scalings: Sequence[Scaling], path: Sequence[Structure]
) -> np.ndarray:
    """Formation energy along a path, eV/atom."""
    rule = model.config.neighbour_rule
    graphs = [build_graph(structure, rule) for structure in path]
    ones = np.ones(len(path), dtype=int)
    return predict_graphs(model, scalings, graphs, ones, ones).values[:, 0]


if __name__ == "__main__":
    main()
