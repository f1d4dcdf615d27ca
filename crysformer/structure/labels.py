"""Names of sites, and a digest that tells two crystals apart."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from pymatgen.core import Structure

DIGITS = 4
"""Decimal places of lengths and fractions that a digest counts."""


def structure_hash(structure: Structure) -> str:
    """Digest of lattice, sites and elements."""
    return digest(
        {
            "lattice": rounded(structure.lattice.matrix),
            "frac": rounded(structure.frac_coords),
            "symbols": [site.specie.symbol for site in structure],
        }
    )


def digest(document: Any) -> str:
    """First 16 hexadecimal digits of a JSON document's SHA-256."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def site_labels(symbols: Sequence[str]) -> list[str]:
    """Name sites by element and order of appearance: Na1, Na2, Cl1."""
    seen: Counter[str] = Counter()
    labels = []
    for symbol in symbols:
        seen[symbol] += 1
        labels.append(f"{symbol}{seen[symbol]}")
    return labels


def rounded(numbers: Any) -> Any:
    """Round numbers to ``DIGITS`` places, as nested lists."""
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    return (np.round(np.asarray(numbers, dtype=float), DIGITS) + 0.0).tolist()
