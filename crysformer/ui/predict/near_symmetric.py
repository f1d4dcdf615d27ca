"""A line on crystals that nearly have a higher symmetry, where that matters."""

from typing import TYPE_CHECKING

import streamlit as st

from crysformer.figures.crystals import titles
from crysformer.predict.near_symmetry import NearSymmetry, near_symmetry
from crysformer.properties.table import PROPERTIES
from crysformer.ui.session import answers
from crysformer.ui.session.numbers import signed

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction

_NAMED = 3
"""Properties that are named; the largest moves for their errors say enough."""


@st.cache_data(max_entries=200, show_spinner=False)
def _near(crystal: answers.Chosen, _prediction: "Prediction") -> NearSymmetry | None:
    structure = answers.structure_of(crystal)
    return near_symmetry(answers.predictor(), structure, _prediction)


def near_symmetry_note(prediction: "Prediction") -> None:
    """Say by how much the prediction moves if the crystal is symmetrised.

    Nothing is said where there is no higher symmetry nearby, or nothing moves by much.

    Args:
        prediction: Of the chosen crystal.
    """
    near = _near(answers.chosen(), prediction)
    if near is None or not near.that_matter:
        return
    st.caption(f":material/blur_on: {near.sentence} {_moves(near)}")


def _moves(near: NearSymmetry) -> str:
    """By how much the properties move that matter."""
    named = list(near.that_matter.items())[:_NAMED]
    names, units = titles(near.moves), {key: PROPERTIES[key].unit for key, _ in named}
    parts = [
        f"{names[key].removesuffix(f' ({units[key]})')} "
        f"{signed(move, 2)} {units[key]}".rstrip()
        for key, move in named
    ]
    more = len(near.that_matter) - len(named)
    rest = f"; {more} more by over half their validation error" if more else ""
    return f"Symmetrised, its prediction moves: {'; '.join(parts)}{rest}."
