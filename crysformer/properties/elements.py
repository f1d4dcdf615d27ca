"""How elements are counted."""

MAX_ATOMIC_NUMBER = 118
"""The last element that a network has a feature for."""

NUM_ELEMENTS = MAX_ATOMIC_NUMBER + 1
"""Columns of a composition: fraction of each element by atomic number."""
