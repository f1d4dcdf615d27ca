"""One predicted crystal as a JSON document, the same for every command and file."""

from collections.abc import Mapping, Sequence
from typing import Any

from crysformer import __version__
from crysformer.predict.prediction import Prediction
from crysformer.properties.table import PROPERTIES


def document(
    prediction: Prediction,
    notes: Mapping[str, str],
    errors: Mapping[str, float],
    warnings: Sequence[str] = (),
    citations: Sequence[str] = (),
) -> dict[str, Any]:
    """A prediction as JSON.

    Args:
        prediction: What the model says of the crystal.
        notes: What else is to be said of some values, see ``applicability``.
        errors: The model's mean absolute validation errors, by property.
        warnings: What to check about the file that the crystal was read from.
        citations: What to cite.

    Returns:
        ``formula``, ``space_group``, ``sites``, ``model``, ``version``, ``properties``
        and ``warnings``, and ``novelty`` and ``stability`` if the model can tell, with
        ``interval_coverage`` if its card says what intervals were worth for crystals this
        unusual, and ``citations`` if there are some.
    """
    novelty, worth = prediction.novelty, prediction.reliability
    stability = prediction.stability
    return {
        "formula": prediction.formula,
        "space_group": prediction.space_group,
        "sites": prediction.num_sites,
        "model": prediction.model,
        "version": __version__,
        "properties": _properties(prediction, notes, errors),
        "warnings": list(warnings),
        **({} if novelty is None else {"novelty": novelty.to_dict()}),
        **({} if stability is None else {"stability": stability.to_dict()}),
        **({} if worth is None else {"interval_coverage": worth.to_dict()}),
        **({"citations": list(citations)} if citations else {}),
    }


def _properties(
    prediction: Prediction, notes: Mapping[str, str], errors: Mapping[str, float]
) -> dict[str, Any]:
    """Every shown property: value, unit, error, and its interval and note, if any."""
    found: dict[str, Any] = {}
    for key, value in prediction.shown.items():
        found[key] = {
            "value": value,
            "unit": PROPERTIES[key].unit,
            "validation_mae": errors.get(key),
        }
        if key in prediction.intervals:
            low, high = prediction.intervals[key]
            found[key]["interval"] = {"low": low, "high": high}
        if key in notes:
            found[key]["note"] = notes[key]
    return found
