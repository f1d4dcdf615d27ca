"""The lesson's Gaussians are those of the network."""

import numpy as np
import pytest
import torch

from crysformer.lesson.gaussians import expand_length, gaussian_centres, nearest_gaussian
from crysformer.model.network import GaussianBasis
from tests.support.lesson import CONFIG


@pytest.mark.parametrize("length", [0.0, 1.234, 2.82, 7.99, 8.0])
def test_gaussians_are_those_of_the_network(length):
    basis = GaussianBasis(0.0, CONFIG.max_length, CONFIG.length_centres, 4).double()
    expected = basis.expand(torch.tensor([length], dtype=torch.float64))[0].numpy()
    # The network keeps exp(-50) where a far Gaussian would be smaller still.
    np.testing.assert_allclose(expand_length(length, CONFIG), expected, atol=1e-6)
    assert nearest_gaussian(length, CONFIG) == expected.argmax()
    assert len(gaussian_centres(CONFIG)) == 64
