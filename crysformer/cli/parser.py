"""Command line: the app and everything that can be done without it.

Parsing only, and imports of torch only by the commands that need it: ``--help`` is quick.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from crysformer import cli, data, predict, screening
from crysformer.cli.common import add_model
from crysformer.cli.endings import run_to_the_end, stoppable
from crysformer.cli.model_commands import (
    add_calibrate,
    add_evaluate,
    add_export,
    add_self_test,
    add_train,
)
from crysformer.errors import SettingsError
from crysformer.heap import keep_heap


class _Parser(argparse.ArgumentParser):
    """A parser that does not hide that its help could not be written."""

    def print_help(self, file: IO[str] | None = None) -> None:
        print(self.format_help(), end="", file=file or sys.stdout)


def main(arguments: Sequence[str] | None = None, *, program: str = "crysformer") -> int:
    """Run one command.

    Args:
        arguments: Words of the command; without them those of this process.
        program: How it was called, for the texts on usage.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # No unit or file name may end a command where the terminal lacks its letters.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def command() -> int:
        options = _parser(program).parse_args(words)
        if not options.serves:  # Its many threads would each keep their heap.
            keep_heap()
        return options.command(options, words)

    return run_to_the_end(command)


def _parser(program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="Predict properties of crystals and show what the model attends to.",
    )
    parser.set_defaults(serves=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_predict(commands)
    _add_screen(commands)
    _add_attention(commands)
    add_train(commands)
    add_export(commands)
    add_calibrate(commands)
    add_evaluate(commands)
    _add_fetch(commands)
    add_self_test(commands)
    _add_app(commands)
    return parser


def _add_predict(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser(
        "predict", help="predict the properties of crystals in files"
    )
    command.add_argument("files", nargs="+", metavar="FILE")
    command.add_argument("--json", action="store_true", help="print a JSON list")
    add_model(command)

    def run(options: argparse.Namespace, _: list[str]) -> int:
        answers = cli.answers.predict_files(options.files, options.model, options.device)
        return cli.answers.print_predictions(answers, as_json=options.json)

    command.set_defaults(command=run)


def _add_screen(commands: argparse._SubParsersAction) -> None:
    screen = commands.add_parser(
        "screen",
        help="predict many crystals into one table",
        description="Predict every crystal in files, folders, zips, tars, JSON lines and "
        "parquet files, the last four of any size. Columns: file, "
        "formula, space_group (number), sites (atoms in the given cell), "
        "one for each property under its key, novelty (distance from the "
        "training data, in words), novelty_percentile (share of "
        "validation crystals that are less unusual), stability (in words) and "
        "p_stable, p_within_25_meV, p_within_100_meV (probabilities that the energy "
        "above the hull is zero, or at most so large, if the model knows it), error "
        "(what is wrong, or empty), then for each property KEY_low and KEY_high, "
        "the ends of its 90 % interval. Units, labels and validation "
        "errors are in TABLE.units.json beside the table. Values are the "
        "model's own, even where a modulus is below zero; a cell is empty "
        "where the property is not defined (no band gap predicted, no "
        "layers). The exit status is 1 if a file could not be predicted.",
    )
    screen.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    screen.add_argument(
        "--out",
        type=Path,
        metavar="CSV",
        help="write the table here instead of printing it",
    )
    screen.add_argument(
        "--json", action="store_true", help="print a JSON list, as predict does"
    )
    screen.add_argument(
        "--resume",
        action="store_true",
        help="keep the rows that a stopped run left of the table, and do the rest",
    )
    screen.add_argument(
        "--processes",
        type=int,
        default=0,
        metavar="N",
        help="how many predict; 0 means one per core",
    )
    screen.add_argument(
        "--engine",
        choices=("cores", "ray"),
        default="cores",
        help="cores of this machine, or Ray on many (docs/scaling.md): --out is then a "
        "folder of parquet files",
    )
    screen.add_argument("--address", help="of a running Ray cluster; without it, here")
    screen.add_argument(
        "--order",
        action="store_true",
        help="predict ordered approximations of disordered crystals, marked in their "
        "names",
    )
    add_model(screen)

    def run(options: argparse.Namespace, _: list[str]) -> int:
        predictor = predict.predictor.Predictor(options.model, options.device)
        common = {
            "order": options.order,
            "resume": options.resume,
            "processes": options.processes,
        }
        if options.engine == "ray":
            if options.json or options.out is None:
                raise SettingsError(
                    "--engine ray writes a folder: give --out, no --json."
                )
            run, special = (
                screening.distributed.screen_with_ray,
                {"address": options.address},
            )
        elif options.address:
            raise SettingsError("--address is of a Ray cluster: add --engine ray.")
        else:
            run, special = screening.paths.screen_paths, {"as_json": options.json}
        with stoppable():
            return run(options.paths, predictor, options.out, **common, **special)

    screen.set_defaults(command=run)


def _add_attention(commands: argparse._SubParsersAction) -> None:
    attention = commands.add_parser(
        "attention", help="print the attention on every bond of a crystal"
    )
    attention.add_argument("file", metavar="FILE")
    attention.add_argument(
        "--json", action="store_true", help="print all weights as JSON"
    )
    attention.add_argument("--graph", default="atomistic", choices=("atomistic", "line"))
    add_model(attention)

    def run(options: argparse.Namespace, _: list[str]) -> int:
        answer = cli.answers.attention_of_file(
            options.file, options.model, options.device, options.graph
        )
        return cli.answers.print_attention(answer, as_json=options.json)

    attention.set_defaults(command=run)


def _add_fetch(commands: argparse._SubParsersAction) -> None:
    fetch = commands.add_parser("fetch", help="download public training data")
    fetch.add_argument("name", choices=("jarvis", "mp"))
    fetch.add_argument("--out", type=Path, help="folder to write to (default: data/NAME)")

    def run(options: argparse.Namespace, _: list[str]) -> int:
        download = data.fetch.fetch
        with stoppable():
            for path in download(
                options.name, options.out or Path("data") / options.name
            ):
                print(path)
        return 0

    fetch.set_defaults(command=run)


def _add_app(commands: argparse._SubParsersAction) -> None:
    app = commands.add_parser("app", help="serve the app in the browser")
    app.add_argument("--port", type=int, help="8501, or the next free one, without it")
    app.add_argument(
        "--address",
        help="where to listen: 0.0.0.0 lets other computers in (default: localhost, this "
        "computer alone)",
    )
    app.add_argument(
        "--workers",
        metavar="N",
        help="processes for long computations, each of about 400 MB once it is used; 0 "
        "computes everything in the server itself (default: one a core, at most 2)",
    )

    def run(options: argparse.Namespace, _: list[str]) -> int:
        cli.app.serve(options.port, options.workers, options.address)
        return 0

    app.set_defaults(command=run, serves=True)
