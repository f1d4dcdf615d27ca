"""Types of arrays that most of the package passes around."""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
"""Counts, rows and images."""

FloatArray = NDArray[np.float64]
"""Lengths, coordinates and weights, in double precision."""
