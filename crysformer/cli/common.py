"""Options that several commands share."""

import argparse

from crysformer.model.config import DEFAULT_MODEL


def add_model(command: argparse.ArgumentParser) -> None:
    """Let a command choose a model and a device."""
    command.add_argument("--model", default=DEFAULT_MODEL, help="a folder in weights/")
    command.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps")
    )
