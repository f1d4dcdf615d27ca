"""Weights on disk: safetensors, config.json and card.yml, verified and loaded strictly.

Beside the tensors lie arrays that say how far the model can be trusted. ``SHA256SUMS``
has the checksum of every file; nothing is ever unpickled.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from crysformer.errors import SettingsError, WeightsError
from crysformer.model import files
from crysformer.model.checksums import read_verified, write_checksums
from crysformer.model.config import ModelConfig
from crysformer.model.network import Crysformer
from crysformer.paths import weights_folder
from crysformer.properties.scaling import Scaling
from crysformer.trust.intervals import Intervals
from crysformer.trust.novelty import NoveltyModel
from crysformer.trust.stability import StabilityModel


@dataclass(frozen=True)
class Checkpoint:
    """A trained network and how to read its outputs.

    Attributes:
        name: Folder name, shown as the model's name.
        model: Network in evaluation mode.
        scalings: One per property, in the order of the card; those with a base have no
            output of their own.
        card: Content of card.yml: data, recipe, validation errors, limits.
        intervals: Calibrated intervals, or None if it ships none.
        novelty: What measures the distance from the training data, or None likewise.
        stability: What makes probabilities of energies above the hull, or None likewise.
    """

    name: str
    model: Crysformer
    scalings: tuple[Scaling, ...]
    card: dict[str, Any]
    intervals: Intervals | None = None
    novelty: NoveltyModel | None = None
    stability: StabilityModel | None = None

    @property
    def keys(self) -> list[str]:
        """Properties it predicts."""
        return [scaling.key for scaling in self.scalings]


def output_keys(scalings: Sequence[Scaling]) -> list[str]:
    """Properties with an output of their own, in output order."""
    return [scaling.key for scaling in scalings if not scaling.base]


def save_checkpoint(checkpoint: Checkpoint, folder: Path, dtype: torch.dtype) -> None:
    """Write tensors, configuration and card, and their checksums.

    Args:
        checkpoint: What to write.
        folder: Created where missing.
        dtype: Floating-point type of the stored tensors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = checkpoint.model.state_dict()
    content = save_tensors({key: value.to(dtype) for key, value in state.items()})
    beside = {
        name: _pack(item.arrays())
        for name, item in (
            (files.INTERVALS, checkpoint.intervals),
            (files.NOVELTY, checkpoint.novelty),
            (files.STABILITY, checkpoint.stability),
        )
        if item is not None
    }
    config = {
        "architecture": checkpoint.model.config.to_dict(),
        "scalings": [scaling.to_dict() for scaling in checkpoint.scalings],
    }
    for name, arrays in {files.TENSORS: content, **beside}.items():
        (folder / name).write_bytes(arrays)
    (folder / files.CONFIG).write_text(json.dumps(config) + "\n")
    card = yaml.safe_dump(checkpoint.card, sort_keys=False, allow_unicode=True)
    (folder / files.CARD).write_text(card, encoding="utf-8")
    write_checksums(folder)


def load_checkpoint(name: str, root: Path | None = None) -> Checkpoint:
    """Load and verify a model.

    Args:
        name: Folder name of the model.
        root: Folder that holds the models; without it the bundled ones.

    Raises:
        WeightsError: There is no such model, a file is damaged or does not fit.
    """
    root = root or weights_folder()
    known = sorted(path.parent.name for path in root.glob(f"*/{files.CONFIG}"))
    if name not in known:
        raise WeightsError(f"There is no model {name!r}; choose from {known}.")
    folder = root / name
    try:
        config = json.loads(read_verified(folder, files.CONFIG))
        content = read_verified(folder, files.TENSORS)
        beside = {
            file: load_arrays(read_verified(folder, file))
            for file in (files.INTERVALS, files.NOVELTY, files.STABILITY)
            if (folder / file).is_file()
        }
        scalings = tuple(Scaling.from_dict(item) for item in config["scalings"])
        model = Crysformer(
            ModelConfig.from_dict(config["architecture"]), len(output_keys(scalings))
        )
        state = {key: value.float() for key, value in load_tensors(content).items()}
        model.load_state_dict(state, strict=True)
        card = yaml.safe_load(read_verified(folder, files.CARD))
        if "errors" not in card["validation"]:
            raise KeyError(f"validation.errors of {files.CARD}")
        keys = [scaling.key for scaling in scalings]
        arrays = beside.get(files.INTERVALS)
        intervals = None if arrays is None else Intervals.of(arrays, keys)
        arrays = beside.get(files.NOVELTY)
        novelty = None if arrays is None else NoveltyModel.of(arrays)
        arrays = beside.get(files.STABILITY)
        stability = None if arrays is None else StabilityModel.of(arrays)
    except (
        OSError,
        KeyError,
        TypeError,
        ValueError,
        SafetensorError,
        yaml.YAMLError,
        SettingsError,
    ) as error:
        raise WeightsError(f"Model {name!r} cannot be read: {error}.") from None
    except RuntimeError as error:  # torch's strict load
        raise WeightsError(f"The tensors of model {name!r} do not fit: {error}") from None
    model.eval().requires_grad_(False)
    return Checkpoint(name, model, scalings, card, intervals, novelty, stability)


def _pack(arrays: Mapping[str, NDArray]) -> bytes:
    # safetensors writes the memory as it lies: a transposed view would come out mixed up.
    return save_arrays({name: np.ascontiguousarray(a) for name, a in arrays.items()})
