"""Which models are bundled and their architecture, read without loading any weights.

Pages that explain the graph or the Gaussians need the neighbour rule and a few sizes
long before torch has been imported.
"""

import json
from pathlib import Path

from crysformer.errors import SettingsError, WeightsError
from crysformer.model.config import DEFAULT_MODEL, ModelConfig
from crysformer.paths import WEIGHTS


def bundled_models(root: Path = WEIGHTS) -> tuple[str, ...]:
    """Names of all models that can be chosen, the default one first.

    Args:
        root: Folder of the bundled models.
    """
    found = {path.parent.name for path in root.glob("*/config.json")}
    return (DEFAULT_MODEL, *sorted(found - {DEFAULT_MODEL}))


def read_architecture(model: str = DEFAULT_MODEL, root: Path = WEIGHTS) -> ModelConfig:
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
