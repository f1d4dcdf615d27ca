"""A prediction as HTML, as a notebook shows it."""

from html import escape
from typing import TYPE_CHECKING

from crysformer.predict.applicability import BY_SYMMETRY, is_undefined, notes_on
from crysformer.properties.table import PROPERTIES

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction

_NOTHING = "–"


def prediction_html(prediction: "Prediction") -> str:
    """A heading and a table: property, value with unit, 90 % interval, source.

    What is not defined for the crystal or zero by symmetry says so in the place of the
    interval; a number that means nothing is left out.

    Args:
        prediction: Of one crystal; what only the structure tells (layers) is not said
            without one.
    """
    # Only a notebook needs pandas, which takes a second to import.
    import pandas as pd

    if prediction.structure is None:
        notes = dict.fromkeys(prediction.exact, BY_SYMMETRY)
    else:
        notes = notes_on(prediction.structure, prediction)
    rows = [
        {
            "Property": PROPERTIES[key].label,
            "Value": _NOTHING
            if is_undefined(notes.get(key, ""))
            else f"{value:.4g} {PROPERTIES[key].unit}".rstrip(),
            "90 % interval": notes.get(key) or _interval(prediction.intervals.get(key)),
            "Source": PROPERTIES[key].source,
        }
        for key, value in prediction.shown.items()
    ]
    return (
        f"<p><b>{escape(prediction.formula)}</b>, predicted by "
        f"{escape(prediction.model)}</p>"
        + pd.DataFrame(rows).to_html(index=False, border=0, justify="left")
    )


def _interval(ends: tuple[float, float] | None) -> str:
    return _NOTHING if ends is None else f"{ends[0]:.4g} to {ends[1]:.4g}"
