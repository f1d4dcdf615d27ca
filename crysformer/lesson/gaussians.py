"""One length as many numbers: the Gaussians of the network's embedding, in plain numpy.

The same formula as ``model.network.GaussianBasis``, for pages that show it before torch
has been imported; a test keeps the two equal.
"""

import numpy as np
from numpy.typing import NDArray

from crysformer.model.config import ModelConfig


def gaussian_centres(config: ModelConfig) -> NDArray[np.float64]:
    """Marks on the ruler of lengths, Å, (length_centres,)."""
    return np.linspace(0.0, config.max_length, config.length_centres)


def expand_length(length: float, config: ModelConfig) -> NDArray[np.float64]:
    """``exp(-gamma (d - mark)^2)`` for every mark, gamma = 1 / spacing^2.

    Args:
        length: d, Å.
        config: Sizes of the model.

    Returns:
        Numbers on (0, 1], (length_centres,).
    """
    marks = gaussian_centres(config)
    gamma = ((len(marks) - 1) / config.max_length) ** 2
    return np.exp(-gamma * (length - marks) ** 2)


def nearest_gaussian(length: float, config: ModelConfig) -> int:
    """Index of the largest number at a length, counted from zero."""
    return int(expand_length(length, config).argmax())
