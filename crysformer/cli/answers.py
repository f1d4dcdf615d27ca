"""What the commands print: answers as JSON for scripts, as tables for people."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crysformer.attention.export import bond_rows, pair_rows
from crysformer.cli.endings import say
from crysformer.errors import StructureError
from crysformer.evaluation.golden import Difference
from crysformer.predict.applicability import is_undefined, notes_on
from crysformer.predict.document import document
from crysformer.predict.duration import duration
from crysformer.predict.predictor import Predictor
from crysformer.predict.reliability import Reliability
from crysformer.properties.metrics import Coverage, PropertyError
from crysformer.properties.table import PROPERTIES
from crysformer.structure.formula import reduced_formula
from crysformer.structure.read import file_content, read_crystal, read_file

Answer = dict[str, Any]


def predict_files(files: Sequence[str], model: str, device: str) -> list[Answer]:
    """Predict crystals from files; a bad one gets its error and stops nothing.

    Returns:
        In the order of the files, ``{"file"}`` and what ``document`` says of the
        crystal, or ``{"file", "error"}``.
    """
    answers: list[Answer] = []
    predictor = Predictor(model, device)
    for file in files:
        try:
            crystal = read_crystal(file_content(Path(file)), Path(file).name)
        except StructureError as error:
            answers.append({"file": file, "error": str(error)})
            continue
        structure = crystal.structure
        found = predictor.predict_each(
            [structure],
            lambda graph, file=file: _announce(file, predictor.expected_seconds(graph)),
        )[0]
        if isinstance(found, str):
            answers.append({"file": file, "error": found})
        else:
            notes = notes_on(structure, found)
            errors = predictor.validation_errors
            answer = document(found, notes, errors, crystal.warnings)
            answers.append({"file": file, **answer})
    return answers


def _announce(file: str, seconds: float | None) -> None:
    """Say how long a large crystal will take, beside what scripts read."""
    if seconds is not None:
        say(f"{file}: {duration(seconds)}")


def print_predictions(answers: Sequence[Answer], *, as_json: bool) -> int:
    """Print predictions; the exit status is 1 if a file was bad."""
    if as_json:
        print(json.dumps(answers, indent=1))
    else:
        for answer in answers:
            print(_prediction_table(answer), end="\n\n")
    return int(any("error" in answer for answer in answers))


def _prediction_table(answer: Answer) -> str:
    if "error" in answer:
        return f"{answer['file']}\n  {answer['error']}"
    rows = [
        {
            "property": PROPERTIES[key].label,
            "value": _value_text(found),
            "unit": found["unit"],
            "90 % interval": found.get("note") or _interval_text(found.get("interval")),
            "validation error": _error_text(found["validation_mae"]),
            "source": PROPERTIES[key].source,
        }
        for key, found in answer["properties"].items()
    ]
    table = pd.DataFrame(rows).to_string(index=False, justify="left")
    lines = [f"{answer['file']}: {answer['formula']} ({answer['model']})", table]
    if "novelty" in answer:
        lines.append(_novelty_text(answer["novelty"]))
    if "interval_coverage" in answer:
        lines.append(Reliability.from_dict(answer["interval_coverage"]).sentence)
    if "stability" in answer:
        lines.append(_stability_text(answer["stability"]))
    lines += answer.get("warnings", [])
    return "\n".join(lines)


def _novelty_text(novelty: Mapping[str, Any]) -> str:
    """One line: a word, the percentile, and what is odd."""
    reasons = "".join(f" {reason}" for reason in novelty["reasons"])
    return (
        f"This crystal is {novelty['word']}: {100 - novelty['percentile']:.0f} % of the "
        f"validation crystals are more unusual.{reasons}"
    )


def _stability_text(stability: Mapping[str, Any]) -> str:
    """One line: a word and the probabilities behind it."""
    chances = ", ".join(
        f"{100 * p:.0f} % within {distance} meV/atom"
        for distance, p in stability["probability_within_meV_per_atom"].items()
        if distance != "0"
    )
    stable = 100 * stability["probability_within_meV_per_atom"]["0"]
    return f"{stability['word']}: {stable:.0f} % on the hull, {chances} of it."


def _value_text(found: Mapping[str, Any]) -> str:
    return "-" if is_undefined(found.get("note", "")) else f"{found['value']:.4g}"


def _interval_text(interval: Mapping[str, float] | None) -> str:
    if interval is None:
        return "unknown"
    return f"{interval['low']:.4g} to {interval['high']:.4g}"


def _error_text(error: float | None) -> str:
    return "unknown" if error is None else f"{error:.3g}"


def attention_of_file(file: str, model: str, device: str, graph: str) -> Answer:
    """Attention of both modules on the bonds, or pairs of bonds, of a file.

    Raises:
        StructureError: The file is not a crystal.
    """
    structure = read_file(file)
    predictor = Predictor(model, device)
    answer: Answer = {
        "file": file,
        "formula": reduced_formula(structure),
        "model": model,
    }
    if graph == "atomistic":
        answer["bonds"] = bond_rows(predictor.bond_attention(structure))
    else:
        answer["bond_pairs"] = pair_rows(predictor.pair_attention(structure))
    return answer


def print_attention(answer: Answer, *, as_json: bool) -> int:
    """Print all weights as JSON, or their mean over heads in the last block."""
    if as_json:
        print(json.dumps(answer))
        return 0
    rows = [
        {
            **{k: v for k, v in row.items() if k not in ("cross", "conditional")},
            "cross": f"{np.mean(row['cross'][-1]):.4f}",
            "conditional": f"{np.mean(row['conditional'][-1]):.4f}",
        }
        for row in answer.get("bonds", answer.get("bond_pairs"))
    ]
    print(f"{answer['file']}: {answer['formula']} ({answer['model']})")
    print("Mean over the heads of the last block; --json has all blocks and heads.")
    print(pd.DataFrame(rows).to_string(index=False, justify="left"))
    return 0


def print_errors(
    errors: Mapping[str, PropertyError], coverages: Mapping[str, Coverage]
) -> int:
    """Print errors and interval coverage; 1 if the file has no labels of this model."""
    if not errors:
        print("The file has no labels that this model predicts.", file=sys.stderr)
        return 1
    rows = [
        {
            "property": key,
            "MAE": f"{error.mae:.5g}",
            "RMSE": f"{error.rmse:.5g}",
            "MAD": f"{error.mad:.5g}",
            "n": error.n,
            **_coverage_cells(coverages.get(key)),
            "unit": PROPERTIES[key].unit,
        }
        for key, error in errors.items()
    ]
    print(pd.DataFrame(rows).to_string(index=False, justify="left"))
    return 0


def _coverage_cells(coverage: Coverage | None) -> dict[str, str]:
    """How often the 90 % intervals held, and how wide they were."""
    known = coverage is not None
    return {
        "in 90 % interval": f"{100.0 * coverage.coverage:.1f} %" if known else "–",
        "mean width": f"{coverage.width:.4g}" if known else "–",
    }


def print_differences(differences: Sequence[Difference]) -> int:
    """Print golden predictions that moved; 1 if there are any."""
    for item in differences:
        unit = PROPERTIES[item.key].unit
        print(
            f"{item.crystal}: {item.key} is {item.found:.6g} {unit}, not "
            f"{item.expected:.6g} as when the model was released."
        )
    if not differences:
        print("All golden predictions are reproduced.")
    return int(bool(differences))
