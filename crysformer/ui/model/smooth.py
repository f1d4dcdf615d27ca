"""How far one property jumps while atoms move a little."""

import pandas as pd
import streamlit as st

from crysformer.evaluation.smoothness import CRYSTALS
from crysformer.figures.smoothness import jump_curve

_HEIGHT = 360


def jumps(table: pd.DataFrame | None, error: float, key: str, name: str) -> None:
    """Show the jumps of a property, if the model ships any.

    Args:
        table: As ``read_jumps`` gives it.
        error: Validation error of the property.
        key: Property.
        name: What axes say of it, with the unit.
    """
    mine = None if table is None else table[table["property"] == key]
    if mine is None or mine.empty:
        return
    st.markdown("##### Jumps under noise")
    st.plotly_chart(
        jump_curve(mine, error, name),
        height=_HEIGHT,
        config={"displayModeBar": False},
        alt=f"Largest and typical change of {name} in each step of growing noise",
    )
    st.caption(
        f"{len(CRYSTALS)} symmetric crystals of the library with random displacements "
        "of their atoms, of fixed directions and growing by a factor of 1.6 in each "
        "step. Up to 0.01 Å a crystal is predicted as if it were perfect."
    )
