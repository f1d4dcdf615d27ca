"""Command line: train, export, evaluate, predict, attention, fetch."""

import argparse
import sys
from collections.abc import Sequence

from crysformer.errors import CrysformerError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(words)
    try:
        return options.command(options, words)
    except CrysformerError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crysformer", description="Properties of crystals and attention."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(commands)
    return parser


def _add_train(commands: argparse._SubParsersAction) -> None:
    train = commands.add_parser("train", help="train a model, or go on with a run")
    train.add_argument("--data", nargs="+", required=True, help="folders of data")
    train.add_argument("--preset", default="shipped")
    train.add_argument("--out", required=True, help="folder of the run")
    train.add_argument("--hours", type=float, help="stop after this time, decayed")
    train.add_argument("--steps", type=int, help="stop after this many steps, decayed")
    train.add_argument(
        "--resume", action="store_true", help="go on with the run in --out"
    )
    train.add_argument("--start-from", help="begin with the weights of a bundled model")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    train.add_argument(
        "--processes", type=int, default=0, help="ranks; 0 takes one per core or GPU"
    )
    train.add_argument(
        "--set", nargs="*", default=[], metavar="NAME=VALUE", help="recipe or model field"
    )
    train.set_defaults(command=_train)


def _train(options: argparse.Namespace, words: list[str]) -> int:
    from crysformer.run import train

    train(options, words)
    return 0
