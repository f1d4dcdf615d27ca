"""The architecture of a bundled model, read without loading its weights.

Pages that explain the graph or the Gaussians need the neighbour rule and a few sizes
long before torch has been imported.
"""

import json
from pathlib import Path

from crysformer.config import DEFAULT_MODEL, ModelConfig
from crysformer.errors import SettingsError, WeightsError

_WEIGHTS = Path(__file__).resolve().parents[1] / "weights"


def read_architecture(model: str = DEFAULT_MODEL, root: Path = _WEIGHTS) -> ModelConfig:
    """Read what defines a bundled model.

    Args:
        model: Name of the model.
        root: Folder of the bundled models.

    Raises:
        WeightsError: There is no such model, or its configuration is damaged.
    """
    path = root / model / "config.json"
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))["architecture"]
        return ModelConfig.from_dict(fields)
    except (OSError, KeyError, TypeError, ValueError, SettingsError) as error:
        raise WeightsError(f"Model {model!r} cannot be read: {error}.") from None
