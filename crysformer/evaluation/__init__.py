"""Measured errors of a bundled model: on held-back files, and against golden values."""
