"""What is known of the crystal beside its picture; what costs time waits to be asked for.

Only the chosen section is computed, and choosing another runs this panel alone. The page
loads this module, and pandas with it, once its first picture is drawn.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from pymatgen.core import Structure

from crysformer import figures
from crysformer.description.coordination import coordination
from crysformer.description.diffraction import RADIATIONS, TWO_THETA, powder_pattern
from crysformer.description.prototypes import prototype_in_words
from crysformer.description.wyckoff import wyckoff_table
from crysformer.experiments.cell_check import check_cells
from crysformer.library.catalogue import load_library
from crysformer.properties.table import PROPERTIES
from crysformer.structure.write import FORMATS
from crysformer.ui.session import answers, state
from crysformer.ui.session.large import described, is_large
from crysformer.ui.session.pool import asked
from crysformer.ui.session.text import guard

if TYPE_CHECKING:
    from crysformer.description.diffraction import Pattern
    from crysformer.experiments.cell_check import CellCheck

_HEIGHT = 320
_ENERGY = "formation_energy_peratom"


@st.fragment
def facts_panel() -> None:
    """Draw the sections and what the chosen one says."""
    chosen = st.segmented_control(
        "What is known of the crystal",
        list(_SECTIONS),
        default=next(iter(_SECTIONS)),
        key=state.FACTS,
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    with guard():
        _SECTIONS.get(chosen, _facts)()


def _facts() -> None:
    formula, *rest = answers.facts().rows()
    rows = [formula, ("Structure type", _structure_type()), *rest]
    st.table(
        pd.DataFrame(rows, columns=["Fact", "Value"]),
        border="horizontal",
        hide_header=True,
        alt="Symmetry and cell of the crystal",
    )
    if not answers.is_as_given():
        st.caption("The file or library gives a different cell: see View, Unit cell.")


def _structure_type() -> str:
    if not state.upload():
        return load_library()[state.token()].prototype
    # Importing the matcher takes a second, matching a tenth of one.
    structure, crystal = answers.structure(), answers.chosen()
    number = answers.facts().number
    if is_large(structure):
        found = described(structure, crystal, prototype_in_words, number)
    else:
        found = _prototype(crystal, structure, number)
    return found or "none in the library"


@st.cache_data(max_entries=200, show_spinner=False)
def _prototype(chosen: answers.Chosen, _structure: Structure, number: int) -> str:
    return prototype_in_words(_structure, number)


def _sites() -> None:
    table = described(answers.structure(), answers.chosen(), wyckoff_table)
    st.table(
        pd.DataFrame(table.rows()),
        border="horizontal",
        hide_index=True,
        alt="Occupied Wyckoff positions",
    )
    a, b, c, alpha, beta, gamma = table.lattice
    setting = f", setting {table.choice}" if table.choice else ""
    st.caption(
        f"One atom of each position in the conventional cell: a, b, c = {a:.3f}, "
        f"{b:.3f}, {c:.3f} Å; α, β, γ = {alpha:.2f}, {beta:.2f}, {gamma:.2f} °. Hall "
        f"symbol {table.hall.strip()}{setting}; books may use a different origin."
    )
    st.table(
        pd.DataFrame([each.row() for each in coordination(answers.structure())]),
        border="horizontal",
        hide_index=True,
        alt="Coordination of each kind of atom",
    )
    st.caption("Counted along the chemical bonds of the picture, in the cell shown.")


@st.cache_data(max_entries=50, show_spinner=False)
def _pattern(chosen: answers.Chosen, _structure: Structure, radiation: str) -> "Pattern":
    return powder_pattern(_structure, radiation)


def _diffraction() -> None:
    radiation = st.selectbox(
        "X-rays", list(RADIATIONS), key=state.RADIATION, bind="query-params", width=160
    )
    with st.spinner("Simulating…"):
        pattern = _pattern(answers.chosen(), answers.structure(), radiation)
    if not pattern.reflections:
        st.caption(f"No line between {TWO_THETA[0]:.0f} and {pattern.end:.0f}°.")
        return
    strongest = max(pattern.reflections, key=lambda line: line.intensity)
    st.plotly_chart(
        figures.diffraction.pattern_figure(pattern),
        height=_HEIGHT,
        config={"displayModeBar": False},
        alt=f"Simulated powder pattern, {radiation}: {len(pattern.reflections)} lines, "
        f"the strongest {strongest.planes[0]} at {strongest.two_theta:.2f} degrees",
    )
    short = (
        f" The cell is large: beyond {pattern.end:.0f}° there are too many lines to "
        "compute."
        if pattern.end < TWO_THETA[1]
        else ""
    )
    st.caption(
        f"Simulated for λ = {pattern.wavelength:.5f} Å and planes of the conventional "
        f"cell, without temperature, absorption or texture.{short}"
    )
    rows = [
        {
            "2θ (°)": line.two_theta,
            "Intensity (%)": line.intensity,
            "d (Å)": line.spacing,
            "Planes": " ".join(line.planes),
        }
        for line in pattern.reflections
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=210,
        column_config={
            "2θ (°)": st.column_config.NumberColumn(format="%.3f"),
            "Intensity (%)": st.column_config.NumberColumn(format="%.1f"),
            "d (Å)": st.column_config.NumberColumn(format="%.4f"),
        },
        alt="Lines of the simulated powder pattern",
    )


def _cells() -> None:
    crystal = answers.chosen()
    check: CellCheck = asked(
        check_cells,
        crystal.model,
        answers.structure(),
        answers.prediction(),
        key=crystal,
        doing="Predicting from each cell",
    )
    if check.same:
        st.badge(
            "The same prediction from every cell", icon=":material/check:", color="green"
        )
    else:
        st.badge(
            "The predictions differ between cells",
            icon=":material/warning:",
            color="orange",
        )
    key = _ENERGY if _ENERGY in check.values[0] else check.furthest
    label, unit = PROPERTIES[key].label, PROPERTIES[key].unit
    rows = [
        {"Cell": name, "Atoms": sites, f"{label} ({unit})": f"{values[key]:.4f}"}
        for name, sites, values in zip(
            check.cells, check.sites, check.values, strict=True
        )
    ]
    st.table(
        pd.DataFrame(rows),
        border="horizontal",
        hide_index=True,
        alt="Predictions from each cell",
    )
    furthest = PROPERTIES[check.furthest]
    st.caption(
        "Predicted just now from each cell. Largest difference over all properties: "
        f"{check.difference:.1g} {furthest.unit} in {furthest.label.lower()}, "
        f"{check.share:.1g} of its validation error. Values per cell are compared per "
        "atom."
    )


def _files() -> None:
    structure, name = answers.structure(), answers.formula()
    with st.container(horizontal=True):
        for label, file in FORMATS.items():
            # Written when clicked: the writers import half of pymatgen.
            st.download_button(
                label,
                lambda write=file.write: write(structure).encode(),
                file_name=name + file.ending,
                mime=file.mime,
                icon=":material/download:",
                on_click="ignore",
            )
    st.caption("  \n".join(f"{label}: {file.note}." for label, file in FORMATS.items()))


_SECTIONS: dict[str, Callable[[], None]] = {
    "Symmetry": _facts,
    "Sites": _sites,
    "Diffraction": _diffraction,
    "Cells": _cells,
    "Files": _files,
}
