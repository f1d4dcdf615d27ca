"""Which predictions mean something for a crystal: not every property applies to it.

The network gives every number for every crystal, also where the property is not defined
and no training label ever was. Those numbers are the network's and stay in JSON, with a
note; tables leave them out, and a person is told the reason instead.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pymatgen.core import Structure

from crysformer.description.layers import has_layers
from crysformer.properties.entry import Need
from crysformer.properties.metals import is_metal
from crysformer.properties.table import PROPERTIES

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction

UNDEFINED = "not defined"
BY_SYMMETRY = "zero by symmetry"
NO_GAP = "no band gap is predicted"
NO_LAYERS = "its atoms form no layers"
LAYERS_UNKNOWN = "whether its atoms form layers cannot be told"
REASONS: Mapping[Need, str] = {"gap": NO_GAP, "layers": NO_LAYERS}
"""Why a property is not defined for a crystal, by what the crystal lacks."""

_logger = logging.getLogger(__name__)

_FIRST_CUBIC = 195
"""Number of the first cubic space group."""


def reasons_against(structure: Structure, prediction: "Prediction") -> dict[str, str]:
    """Why a predicted number says nothing of a crystal, by property.

    Args:
        structure: The crystal.
        prediction: What the model says of it.

    Returns:
        Half a sentence each; empty where every number means something. What symmetry
        makes zero is zero and needs no other reason.
    """
    needs = {
        key: PROPERTIES[key].needs
        for key in prediction.shown
        if key not in prediction.exact
    }
    missing: dict[Need | None, str] = {}
    if "gap" in needs.values() and is_metal(prediction.shown):
        missing["gap"] = NO_GAP
    if "layers" in needs.values():
        layered = _layered(structure, prediction)
        if not layered:
            missing["layers"] = LAYERS_UNKNOWN if layered is None else NO_LAYERS
    return {key: missing[need] for key, need in needs.items() if need in missing}


def notes_on(structure: Structure, prediction: "Prediction") -> dict[str, str]:
    """What else is to be said of some predicted numbers, by property."""
    reasons = reasons_against(structure, prediction)
    undefined = {key: f"{UNDEFINED}: {reason}" for key, reason in reasons.items()}
    return undefined | dict.fromkeys(prediction.exact, BY_SYMMETRY)


def is_undefined(note: str) -> bool:
    """Whether a note says that a number means nothing."""
    return note.startswith(UNDEFINED)


def _layered(structure: Structure, prediction: "Prediction") -> bool | None:
    """Whether bonded atoms form layers; None where that cannot be found out."""
    if prediction.space_group >= _FIRST_CUBIC:
        return False  # Layers would cross: cubic symmetry turns any plane into others.
    try:
        return has_layers(structure)
    except Exception:  # A crystal nobody thought of must not end the others.
        _logger.exception("Finding the layers of %s failed.", structure.formula)
        return None
