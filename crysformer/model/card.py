"""Card and learning curves of a model, read without loading its network."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from crysformer.errors import WeightsError
from crysformer.model import files
from crysformer.model.checksums import read_verified
from crysformer.properties.table import PROPERTIES

# The same safe subset of YAML in C where libyaml is there: a tenth of the time.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_card(folder: Path) -> dict[str, Any]:
    """Read the card of a model.

    Raises:
        WeightsError: It is missing or damaged.
    """
    try:
        card = yaml.safe_load(read_verified(folder, files.CARD))
        card["validation"]["errors"].keys()
    except (
        OSError,
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        yaml.YAMLError,
    ) as error:
        raise WeightsError(
            f"The card of model {folder.name!r} cannot be read: {error}."
        ) from None
    return card


def read_curves(folder: Path) -> list[dict[str, Any]]:
    """Read the validations of a model's training, in their order.

    Raises:
        WeightsError: They are missing or damaged.
    """
    try:
        lines = read_verified(folder, files.CURVES).splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"The learning curves of model {folder.name!r} cannot be read: {error}."
        ) from None


def shown_properties(card: Mapping[str, Any]) -> list[str]:
    """Keys of the properties with errors in a card that are fit to be shown."""
    return [key for key in card["validation"]["errors"] if PROPERTIES[key].shown]


def trained(card: Mapping[str, Any]) -> tuple[float, float]:
    """Epochs and hours of all runs behind the weights."""
    runs = [card["recipe"], card["recipe"].get("before") or {}]
    passes, hours = (
        sum(run.get(name, 0.0) for run in runs) for name in ("passes", "hours")
    )
    return passes, hours


def summary(card: Mapping[str, Any]) -> dict[str, str]:
    """The card in a few lines: what the model is, what it saw, what it is for."""
    data, recipe, limits = card["training_data"], card["recipe"], card["limits"]
    passes, hours = trained(card)
    crystals = data["crystals"]
    elements = len(limits["atomic_numbers_seen"])
    return {
        "Network": f"Crysformer, {card['architecture']['parameters']:,} parameters",
        "Training data": f"{crystals['train']:,} crystals; {elements} elements, cells up "
        f"to {limits['largest_cell_seen']} atoms",
        "Validation data": f"{crystals['val']:,} others, used to select the weights",
        "Training": f"{passes:.0f} epochs in {hours:.1f} hours"
        + (", most recently on " if recipe.get("before") else " on ")
        + recipe["machine"],
        "Date": str(card["date"]),
        "Intended for": limits["structures"],
        "Attention": card["attention"]["definition"],
        "Licence": f"Code and weights {card['licence']['code_and_weights']}; data: "
        + "; ".join(data["citations"]),
    }


def citations(card: Mapping[str, Any]) -> tuple[str, ...]:
    """What to cite with a number of the model: its architecture and its labels."""
    paper = card.get("architecture", {}).get("paper")
    labels = card.get("training_data", {}).get("citations", ())
    return (*filter(None, [paper]), *labels)


def error_rows(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Errors of every shown property, and the coverage of its intervals.

    Returns:
        Rows with ``Property``, ``Unit``, ``MAE``, ``Mean baseline``, ``Crystals``,
        ``Coverage`` (%), ``Mean width`` and ``Source``; None where there is no number.
    """
    found = card["validation"].get("coverage", {})
    rows = []
    for key in shown_properties(card):
        error, held = card["validation"]["errors"][key], found.get(key, {}).get("all")
        item = PROPERTIES[key]
        rows.append(
            {
                "Property": item.label,
                "Unit": error["unit"],
                "MAE": error["mae"],
                "Mean baseline": error["mad"],
                "Crystals": error["n"],
                "Coverage": held and 100.0 * held["coverage"],
                "Mean width": held and held["width"],
                "Source": item.source,
            }
        )
    return rows
