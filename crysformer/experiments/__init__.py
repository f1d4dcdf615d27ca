"""Virtual experiments with a predictor: other cells, strain, several crystals at once."""
