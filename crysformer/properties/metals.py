"""Which crystals are metals, by their band gaps.

Two thresholds on purpose: a network never says exactly 0, while a calculation does, but
for the mesh of its band structure. Of the 5,572 validation crystals of the shipped model
43 have computed gaps between the two, and its card counts them as non-metals.
"""

from collections.abc import Mapping, Sequence

from crysformer.properties.table import GAPS, OVERALL_GAPS

METAL_GAP = 0.05
"""eV; a smaller predicted gap is called none."""

COMPUTED_METAL_GAP = 0.01
"""eV; a smaller computed gap is noise of the band structure."""


def is_metal(values: Mapping[str, float]) -> bool:
    """Whether all predicted gaps of a crystal are none; False where there is no gap."""
    gaps = [values[key] for key in GAPS if key in values]
    return bool(gaps) and max(gaps) < METAL_GAP


def overall_gap_column(keys: Sequence[str]) -> int | None:
    """Column of the gap that tells metals, or None where no property does."""
    columns = (column for column, key in enumerate(keys) if key in OVERALL_GAPS)
    return next(columns, None)
