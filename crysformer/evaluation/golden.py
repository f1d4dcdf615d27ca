"""Golden predictions: what a bundled model answered for known crystals when it shipped.

``python -m crysformer self-test`` recomputes them, so that a changed environment cannot
change numbers unnoticed.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from crysformer.errors import WeightsError
from crysformer.library.catalogue import get_crystal
from crysformer.model import files
from crysformer.model.checksums import read_verified, update_checksum
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor

GOLDEN_CRYSTALS = (
    "diamond-si",
    "rock-salt-nacl",
    "rutile-tio2",
    "wurtzite-zno",
    "bcc-fe",
)
"""Library crystals whose predictions are kept."""

TOLERANCE = 1e-3
"""Allowed difference in units of a property's validation error."""


@dataclass(frozen=True)
class Difference:
    """A golden prediction that is no longer met.

    Attributes:
        crystal: Library id.
        key: Property.
        expected: Value when the model shipped.
        found: Value now.
    """

    crystal: str
    key: str
    expected: float
    found: float


def _predict(predictor: Predictor) -> dict[str, dict[str, float]]:
    structures = [get_crystal(name).structure() for name in GOLDEN_CRYSTALS]
    predictions = predictor.predict(structures)
    return {
        name: prediction.values
        for name, prediction in zip(GOLDEN_CRYSTALS, predictions, strict=True)
    }


def write_golden(model: str, root: Path | None = None) -> None:
    """Keep today's predictions of a bundled model as its golden ones."""
    root = root or weights_folder()
    values = _predict(Predictor(model, "cpu", root=root))
    content = {
        "command": f"python -m crysformer export RUN --model {model}",
        "predictions": values,
    }
    (root / model / files.GOLDEN).write_text(json.dumps(content, indent=1) + "\n")
    update_checksum(root / model, files.GOLDEN)


def check_golden(predictor: Predictor, root: Path | None = None) -> list[Difference]:
    """Recompute the golden predictions of a model.

    Returns:
        Every value that moved by more than ``TOLERANCE`` of its validation error.

    Raises:
        WeightsError: The model ships no golden predictions.
    """
    folder = (root or weights_folder()) / predictor.name
    if not (folder / files.GOLDEN).is_file():
        raise WeightsError(f"Model {predictor.name!r} ships no golden predictions.")
    expected = json.loads(read_verified(folder, files.GOLDEN))["predictions"]
    found, errors = _predict(predictor), predictor.validation_errors
    return [
        Difference(name, key, value, found[name][key])
        for name, values in expected.items()
        for key, value in values.items()
        if abs(found[name][key] - value) > TOLERANCE * errors.get(key, abs(value) + 1.0)
    ]
