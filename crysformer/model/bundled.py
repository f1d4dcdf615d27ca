"""Which models are bundled and their architecture, read without loading any weights.

Pages that explain the graph or the Gaussians need the neighbour rule and a few sizes
long before torch has been imported.
"""

import json
from pathlib import Path

from crysformer.errors import SettingsError, WeightsError
from crysformer.model import files
from crysformer.model.checksums import read_verified
from crysformer.model.config import DEFAULT_MODEL, ModelConfig
from crysformer.paths import weights_folder


def bundled_models(root: Path | None = None) -> tuple[str, ...]:
    """Names of all models that can be chosen, the default one first.

    Args:
        root: Folder of the models; without it the bundled ones.
    """
    root = root or weights_folder()
    found = {path.parent.name for path in root.glob(f"*/{files.CONFIG}")}
    return (DEFAULT_MODEL, *sorted(found - {DEFAULT_MODEL}))


def read_architecture(
    model: str = DEFAULT_MODEL, root: Path | None = None
) -> ModelConfig:
    """Read what defines a bundled model.

    Args:
        model: Name of the model.
        root: Folder of the models; without it the bundled ones.

    Raises:
        WeightsError: There is no such model, or its configuration is damaged.
    """
    folder = (root or weights_folder()) / model
    try:
        fields = json.loads(read_verified(folder, files.CONFIG))["architecture"]
        return ModelConfig.from_dict(fields)
    except (OSError, KeyError, TypeError, ValueError, SettingsError) as error:
        raise WeightsError(f"Model {model!r} cannot be read: {error}.") from None
