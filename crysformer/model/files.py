"""Names of the files in a model's folder ``weights/NAME``.

They stand here and not in ``trust`` or ``evaluation``, whose arrays and tables some of
them hold: ``trust`` lies below and knows arrays only, and everything that reads or writes
a model's folder may import from ``model``.
"""

CONFIG = "config.json"
"""Architecture and scalings."""

TENSORS = "model.safetensors"
"""The network's weights."""

CARD = "card.yml"
"""Data, recipe, validation errors, limits; for people and for the Model page."""

INTERVALS = "intervals.safetensors"
"""``trust.intervals.Intervals``; not every model has it."""

NOVELTY = "novelty.safetensors"
"""``trust.novelty.NoveltyModel``; not every model has it."""

STABILITY = "stability.safetensors"
"""``trust.stability.StabilityModel``; only of models that know the hull."""

CURVES = "curves.jsonl"
"""One validation of the averaged weights a line."""

VALIDATION = "validation.csv.gz"
"""``evaluation.validation_table``: every label, prediction and interval."""

GOLDEN = "golden.json"
"""Predictions when the model shipped, see ``evaluation.golden``."""

ABLATIONS = "ablations.csv"
"""Errors of trainings without parts of the network; not every model has it."""

SMOOTHNESS = "smoothness.csv"
"""``evaluation.smoothness``: jumps of predictions under growing noise."""

CHECKSUMS = "SHA256SUMS"
"""The sha256 of every file above, see ``model.checksums``."""
