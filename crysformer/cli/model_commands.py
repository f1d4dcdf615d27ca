"""Commands that make and judge models: train, export, evaluate, self-test."""

import argparse
from pathlib import Path

from crysformer import cli, evaluation, predict, training
from crysformer.cli.common import add_model
from crysformer.cli.endings import stoppable


def add_train(commands: argparse._SubParsersAction) -> None:
    """Train a model or resume a run."""
    train = commands.add_parser("train", help="train a model, or resume a run")
    train.add_argument(
        "--data", nargs="+", required=True, help="folders with training data"
    )
    train.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="training crystals not to learn from, one identifier a line",
    )
    train.add_argument(
        "--max-angles",
        type=int,
        metavar="N",
        help="learn from no crystal with more unique angles than this",
    )
    train.add_argument(
        "--preset",
        default="shipped",
        metavar="NAME",
        help="recipe: shipped, paper, or next for a GPU",
    )
    train.add_argument("--out", required=True, help="folder of the run")
    time = train.add_mutually_exclusive_group()
    time.add_argument(
        "--hours", type=float, help="stop after this time, learning-rate decay included"
    )
    time.add_argument("--minutes", type=float, help="the same in minutes")
    train.add_argument(
        "--steps", type=int, help="stop after this many steps, decay included"
    )
    train.add_argument("--resume", action="store_true", help="resume the run in --out")
    train.add_argument("--start-from", help="start from the weights of a bundled model")
    train.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    train.add_argument(
        "--processes",
        type=int,
        default=0,
        help="number of ranks; 0 means one per core or GPU",
    )
    train.add_argument(
        "--set",
        nargs="*",
        default=[],
        metavar="NAME=VALUE",
        help="set a field of the recipe or model",
    )

    def run(options: argparse.Namespace, words: list[str]) -> int:
        training.start.train(
            options.data,
            options.out,
            exclude=options.exclude,
            max_angles=options.max_angles,
            preset=options.preset,
            settings=options.set,
            resume=options.resume,
            start_from=options.start_from,
            device=options.device,
            hours=options.hours if options.minutes is None else options.minutes / 60.0,
            steps=options.steps,
            processes=options.processes,
            command=words,
        )
        return 0

    train.set_defaults(command=run)


def add_export(commands: argparse._SubParsersAction) -> None:
    """From a run to a folder under ``weights/``."""
    export = commands.add_parser(
        "export", help="export a run's best weights to weights/NAME"
    )
    export.add_argument("run", type=Path, metavar="RUN")
    export.add_argument("--model", required=True, metavar="NAME")
    export.add_argument(
        "--data",
        nargs="+",
        type=Path,
        metavar="FOLDER",
        help="where the run's training data are today, if they were moved",
    )
    export.add_argument(
        "--max-angles",
        type=int,
        metavar="N",
        help="the run learnt from no crystal with more unique angles than this, if its "
        "own description does not say so",
    )

    def run(options: argparse.Namespace, _: list[str]) -> int:
        export_run = training.export.export
        with stoppable():
            folder = export_run(
                options.run,
                options.model,
                data=options.data,
                max_angles=options.max_angles,
            )
        print(folder)
        return 0

    export.set_defaults(command=run)


def add_evaluate(commands: argparse._SubParsersAction) -> None:
    """Errors of a model on a data file."""
    evaluate = commands.add_parser(
        "evaluate", help="measure a model's errors on a data file"
    )
    evaluate.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    evaluate.add_argument(
        "--out", type=Path, metavar="CSV", help="write all predictions here"
    )
    add_model(evaluate)

    def run(options: argparse.Namespace, _: list[str]) -> int:
        if options.out:
            evaluation.evaluate.check_writable(options.out)
        found = evaluation.evaluate.evaluate(
            predict.predictor.Predictor(options.model, options.device), options.data
        )
        if options.out:
            found.write_csv(options.out)
        return cli.answers.print_errors(found.errors(), found.coverages())

    evaluate.set_defaults(command=run)


def add_self_test(commands: argparse._SubParsersAction) -> None:
    """Golden predictions of a model, once more."""
    self_test = commands.add_parser(
        "self-test", help="recompute a model's golden predictions"
    )
    add_model(self_test)

    def run(options: argparse.Namespace, _: list[str]) -> int:
        return cli.answers.print_differences(
            evaluation.golden.check_golden(
                predict.predictor.Predictor(options.model, options.device)
            )
        )

    self_test.set_defaults(command=run)


def add_calibrate(commands: argparse._SubParsersAction) -> None:
    """Intervals and novelty of a model that ships, once more."""
    command = commands.add_parser(
        "calibrate",
        help="calibrate a bundled model's intervals and novelty again",
        description="Predict a model's validation crystals again and write intervals, "
        "novelty, validation table and what the card says of them. The weights and their "
        "golden predictions stay as they are.",
    )
    command.add_argument("model", metavar="NAME")
    command.add_argument("--data", nargs="+", type=Path, required=True, metavar="FOLDER")
    command.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="the list of training crystals that its run left out",
    )

    def run(options: argparse.Namespace, _: list[str]) -> int:
        recalibrate = training.export.recalibrate
        with stoppable():
            folder = recalibrate(options.model, options.data, exclude=options.exclude)
        print(folder)
        return 0

    command.set_defaults(command=run)
