"""Taking one prediction away: CSV and JSON, with intervals, model, version, citation."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from crysformer.model.card import citations
from crysformer.predict.applicability import notes_on
from crysformer.predict.document import document
from crysformer.predict.spreadsheet import csv_text
from crysformer.ui.session import answers, state

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from crysformer.predict.prediction import Prediction
    from crysformer.predict.predictor import Predictor


def prediction_downloads() -> None:
    """Draw both buttons; the files are written when one is clicked."""
    # All that a file needs, asked for here: a click's thread knows no session.
    shown = state.upload()
    given = (answers.prediction(), answers.structure(), answers.predictor())
    warnings = shown.warnings_at(state.frame(state.token())) if shown else ()
    name = f"{answers.formula()}-{state.model()}"
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "CSV",
            lambda: csv_file(*given),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "JSON",
            lambda: json_file(*given, warnings),
            file_name=f"{name}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )


def csv_file(
    prediction: "Prediction", structure: "Structure", predictor: "Predictor"
) -> bytes:
    """The prediction as CSV."""
    text = csv_text(prediction, *_about(prediction, structure, predictor))
    # Excel takes a file without the mark for one of the local code page: "μB" in shreds.
    return text.encode("utf-8-sig")


def json_file(
    prediction: "Prediction",
    structure: "Structure",
    predictor: "Predictor",
    warnings: tuple[str, ...],
) -> bytes:
    """The prediction as JSON, with what to check about the crystal's file."""
    notes, errors, cited = _about(prediction, structure, predictor)
    found = document(prediction, notes, errors, warnings, cited)
    return json.dumps(found, indent=2, ensure_ascii=False).encode()


def _about(
    prediction: "Prediction", structure: "Structure", predictor: "Predictor"
) -> tuple[Mapping[str, str], Mapping[str, float], tuple[str, ...]]:
    notes = notes_on(structure, prediction)
    return notes, predictor.validation_errors, citations(predictor.checkpoint.card)
