"""What the tests of training need: crystals with labels, and runs on them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pymatgen.core import Lattice, Structure

from crysformer.data.dataset import Dataset
from crysformer.model.config import ModelConfig
from crysformer.training.datasets import fit_scalings
from crysformer.training.processes import Ranks
from crysformer.training.recipe import Recipe
from crysformer.training.schedule import Budget
from crysformer.training.trainer import Trainer
from tests.support.crystals import TEXTBOOK, write_rows

SMALL = ModelConfig(
    blocks=2,
    atom_width=32,
    bond_width=32,
    angle_width=16,
    num_heads=2,
    length_centres=32,
    cosine_centres=16,
    head_width=16,
)
RECIPE = Recipe(SMALL, learning_rate=2e-3, batch_size=3, warmup_steps=2, decay=0.0)
ALONE = Ranks(0, 1, torch.device("cpu"))
COLUMNS = (
    "formation_energy_peratom",
    "optb88vdw_total_energy",
    "optb88vdw_bandgap",
    "bulk_modulus_kv",
    "magmom_oszicar",
)


def crystals() -> dict[str, Structure]:
    """Eight crystals of three elements: the composition alone does not tell them."""
    found = {
        name: made_of(TEXTBOOK[name](), "Si")
        for name in ("diamond", "bcc", "hcp", "fcc", "simple_cubic")
    }
    for name in ("rock_salt", "wurtzite"):
        found[name] = made_of(TEXTBOOK[name](), "Na", "Cl")
    sites = [[0, 0, 0], [0.5, 0.5, 0.5]]
    found["caesium_chloride"] = Structure(Lattice.cubic(3.4), ["Na", "Cl"], sites)
    return found


def made_of(structure: Structure, *symbols: str) -> Structure:
    structure.replace_species(dict(zip(structure.elements, symbols, strict=True)))
    return structure


def write_split(folder: Path) -> Path:
    """Five invented labels of each crystal, some of them unknown."""
    generator = np.random.default_rng(11)
    constants = {"Na": -1.0, "Cl": -2.0, "Si": -5.0}
    rows = []
    for name, structure in crystals().items():
        formation, gap, modulus, moment = generator.random(4) * [1.0, 3.0, 100.0, 2.0]
        reference = np.mean([constants[site.specie.symbol] for site in structure])
        values = (formation, formation + reference, gap, modulus, moment)
        labels = dict(zip(COLUMNS, map(float, values), strict=True))
        if name in ("bcc", "fcc"):
            del labels["optb88vdw_bandgap"]
        rows.append((name, structure, labels))
    for split in ("train", "val"):
        write_rows(folder / f"{split}.jsonl.gz", rows)
    return folder


def trainer(data: Dataset, folder: Path, recipe: Recipe = RECIPE) -> Trainer:
    scalings = fit_scalings(data, COLUMNS)
    return Trainer(recipe, scalings, data, data, folder, ALONE)


def fitted(
    data: Dataset, folder: Path, steps: int, recipe: Recipe = RECIPE, *, resume=False
) -> Trainer:
    run = trainer(data, folder, recipe)
    if resume:
        run.resume()
    run.fit(Budget(steps=steps))
    return run


def state(path: Path) -> dict:
    return torch.load(path, weights_only=True)


def records(folder: Path) -> list[dict]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def assert_same_weights(one: dict, other: dict, tolerance: float = 0.0) -> None:
    for part in ("model", "average"):
        for key, value in one[part].items():
            if tolerance and key.endswith("cross.key.bias"):
                # It moves all logits of a centre alike: its gradient is rounding alone,
                # of which AdamW makes steps of full length.
                continue
            torch.testing.assert_close(
                value, other[part][key], rtol=0, atol=tolerance, msg=key
            )


def moments(saved: dict[str, Any]) -> list[dict[str, torch.Tensor]]:
    """What every optimiser of a saved state remembers of each parameter."""
    return [
        remembered
        for optimiser in saved["optimisers"]
        for remembered in optimiser["state"].values()
    ]
