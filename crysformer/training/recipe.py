"""What defines a training run besides its data: optimiser, loss and schedule settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional

from crysformer.errors import SettingsError
from crysformer.model.config import PRESETS, ModelConfig
from crysformer.properties.metrics import PropertyError
from crysformer.properties.table import PROPERTIES
from crysformer.settings import check_ranges

Loss = Literal["l1", "huber", "mse"]
Precision = Literal["float32", "bfloat16"]
Optimiser = Literal["adamw", "muon"]
CHOICES: Mapping[str, tuple[str, ...]] = {
    "loss": get_args(Loss),
    "precision": get_args(Precision),
    "optimiser": get_args(Optimiser),
}
"""Settings that are words, and the words they can be."""


@dataclass(frozen=True)
class Recipe:
    """Settings of a training run.

    Attributes:
        model: Architecture.
        optimiser: AdamW for everything [paper], or Muon for the matrices of the layers.
        learning_rate: Of the stable phase.
        weight_decay: On matrices only [paper: 1e-4].
        batch_size: Crystals of one step over all ranks.
        warmup_steps: Steps of rising learning rate after a start without optimiser state.
        decay: Share of the budget in which the learning rate falls to zero.
        ema_decay: Memory of the averaged weights per step.
        loss: Of standardised errors [paper: mse].
        clip: Largest gradient norm.
        seed: Of weights and shuffles.
        precision: Of matrix products in the forward and backward pass; weights, averages
            and validation are float32 always.
        compiled: Whether torch.compile fuses the layers, which takes a C++ compiler and
            some minutes at the first start.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    optimiser: Optimiser = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    batch_size: int = 64
    warmup_steps: int = 500
    decay: float = 0.3
    ema_decay: float = 0.999
    loss: Loss = "l1"
    clip: float = 2.0
    seed: int = 0
    precision: Precision = "float32"
    compiled: bool = False

    def __post_init__(self) -> None:
        limits = {
            "learning_rate": (0.0, 1.0),
            "weight_decay": (0.0, 1.0),
            "batch_size": (1, 1_000_000),
            "warmup_steps": (0, 1_000_000),
            "decay": (0.0, 1.0),
            "ema_decay": (0.0, 1.0),
            "clip": (0.0, 1e9),
        }
        check_ranges(self, limits)
        for name, words in CHOICES.items():
            if getattr(self, name) not in words:
                raise SettingsError(
                    f"The setting {name} cannot be {getattr(self, name)!r}; it is one of "
                    f"{', '.join(words)}."
                )

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Recipe":
        """Read what ``dataclasses.asdict`` made of a recipe."""
        return cls(**{**fields, "model": ModelConfig.from_dict(fields["model"])})


RECIPES: Mapping[str, Recipe] = {
    # Wang et al.: MSE, AdamW with weight decay 1e-4, batch 64, 300 passes.
    "paper": Recipe(PRESETS["paper"], weight_decay=1e-4, loss="mse"),
    # What docs/training.md found: the decay of weights forgets in seven passes over
    # JARVIS-DFT, and a long fall of the learning rate gains more than a long plateau.
    "shipped": Recipe(
        PRESETS["shipped"],
        optimiser="muon",
        learning_rate=2e-3,
        weight_decay=0.1,
        warmup_steps=300,
        decay=0.7,
    ),
    # What one GPU trained for 76 passes in 520 s (docs/training.md): wider than a CPU has
    # time for, and a longer decay.
    "next": Recipe(
        replace(PRESETS["shipped"], atom_width=192, bond_width=192, angle_width=64),
        optimiser="muon",
        learning_rate=2.5e-3,
        weight_decay=0.1,
        batch_size=128,
        decay=0.8,
        precision="bfloat16",
        compiled=True,
    ),
}
"""Recipes by name."""


def label_weights(keys: list[str], coverage: Tensor) -> Tensor:
    """Weight of one label of each property.

    A property known for a share f of the crystals gets ``f ** -0.5``: rare labels count
    for more than their number, but less than if every property had the same say.
    """
    emphasis = torch.tensor([PROPERTIES[key].emphasis for key in keys])
    return emphasis * coverage.clamp(min=1e-3) ** -0.5


def validation_score(errors: Mapping[str, PropertyError]) -> float:
    """Mean of MAE / MAD over the properties, weighted as their labels are in training.

    The best weights are those with the lowest; 0 where no property varies.
    """
    ratios = {key: each.mae / each.mad for key, each in errors.items() if each.mad > 0}
    weights = {key: PROPERTIES[key].emphasis for key in ratios}
    weighted = sum(weights[key] * ratio for key, ratio in ratios.items())
    return float(weighted / max(sum(weights.values()), 1.0))


def masked_loss(
    predictions: Tensor, targets: Tensor, weights: Tensor, total: Tensor, loss: Loss
) -> Tensor:
    """Weighted loss of the known labels, over the weight of all labels of the step.

    Args:
        predictions: (crystals, properties).
        targets: NaN where unknown, (crystals, properties).
        weights: Of one label, (properties,).
        total: Summed weight of all known labels on all ranks.
        loss: Kind of loss.
    """
    known = ~targets.isnan()
    targets = torch.where(known, targets, predictions.detach())
    if loss == "l1":
        errors = (predictions - targets).abs()
    elif loss == "huber":
        errors = functional.huber_loss(predictions, targets, reduction="none", delta=0.5)
    else:
        errors = (predictions - targets) ** 2
    # A step without any label would divide zero by zero and destroy the weights.
    return (errors * known * weights).sum() / total.clamp(min=1e-12)
