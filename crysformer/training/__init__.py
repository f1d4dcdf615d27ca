"""From data folders to a run, and from a run to ``weights/NAME``."""
