"""Folders of the project: bundled models and what the app serves."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: ``app.py`` and ``pages`` stand here."""

WEIGHTS = ROOT / "weights"
"""Folder of the bundled models."""

STATIC = ROOT / "static"
"""Files that the app serves as they are."""
