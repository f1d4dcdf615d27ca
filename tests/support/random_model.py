"""A small network with random weights, for pages that need some model and no truth."""

import shutil
from dataclasses import replace
from pathlib import Path

import torch

from crysformer.model import files
from crysformer.model.card import read_card
from crysformer.model.checkpoint import Checkpoint, save_checkpoint
from crysformer.model.checksums import write_checksums
from crysformer.model.config import DEFAULT_MODEL, get_preset
from crysformer.model.network import Crysformer
from crysformer.paths import weights_folder
from crysformer.properties.scaling import Scaling

KEYS = ("formation_energy_peratom", "optb88vdw_bandgap", "bulk_modulus_kv")
ERROR = 0.125
# The modulus comes out far below zero, so that pages have something to clip.
SHIFTS = {"bulk_modulus_kv": -1000.0}


def random_checkpoint(
    name: str = "random", seed: int = 0, **settings: bool | float
) -> Checkpoint:
    """Build the network; the same one each time, but for settings of its architecture."""
    torch.manual_seed(seed)
    small = {"blocks": 2, "atom_width": 16, "bond_width": 16, "angle_width": 8}
    config = get_preset("shipped", **small, **settings)
    model = Crysformer(config, len(KEYS)).eval().requires_grad_(False)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                # Fresh weights attend almost uniformly; larger ones show differences.
                parameter.mul_(2.5)
    return Checkpoint(
        name=name,
        model=model,
        scalings=tuple(
            Scaling(key, SHIFTS.get(key, 0.5), 1.0, (0.0,) * 119) for key in KEYS
        ),
        card={"validation": {"errors": {key: {"mae": ERROR} for key in KEYS}}},
    )


def save_random(root: Path, name: str = DEFAULT_MODEL, seed: int = 0) -> None:
    """Save the network in a folder of models, for ``CRYSFORMER_WEIGHTS``.

    The Model page finds the shipped card with this network's errors, and beside it the
    shipped tables.
    """
    shipped, folder = weights_folder() / DEFAULT_MODEL, root / name
    checkpoint = random_checkpoint(name, seed)
    card = read_card(shipped)
    errors = card["validation"]["errors"]
    card["validation"]["errors"] = {key: errors[key] | {"mae": ERROR} for key in KEYS}
    save_checkpoint(replace(checkpoint, card=card), folder, torch.float32)
    for file in (files.CURVES, files.VALIDATION, files.GOLDEN):
        shutil.copy(shipped / file, folder)
    shutil.copy(weights_folder() / "jarvis-dft-3d" / files.ABLATIONS, folder)
    write_checksums(folder)
