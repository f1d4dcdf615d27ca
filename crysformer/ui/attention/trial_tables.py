"""What the knock-out test found for all properties, and the controls beside it."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crysformer import faithfulness
from crysformer.ui.attention import cached
from crysformer.ui.session.text import plain

if TYPE_CHECKING:
    from crysformer.faithfulness.study import Study
    from crysformer.faithfulness.verdict import Finding


def property_results(
    found: dict[str, list["Finding"]], columns: dict[str, int], names: dict[str, str]
) -> None:
    """Show the rank correlations of every property.

    Args:
        found: By module, findings for every output.
        columns: Output of each property.
        names: What to call each property.
    """
    study, least = faithfulness.study, faithfulness.verdict.MIN_ORBITS
    kind = faithfulness.tables.Column
    table = faithfulness.tables.property_table(found, columns, names)
    hidden = {what.of(m) for what in (kind.GIVEN, kind.SHUFFLED) for m in found}
    shown = [column for column in table if column not in hidden]
    chances = {kind.P.of(module) for module in found}
    number = st.column_config.NumberColumn
    formats = {
        column: number(format="%.4f" if column in chances else "%.2f")
        for column in table
        if column != "Property"
    }
    count = next(iter(found.values()))[0].number
    st.markdown("**All properties**")
    st.dataframe(
        table,
        hide_index=True,
        height=300,
        placeholder="–",
        column_order=shown,
        column_config=formats,
        alt="Rank correlations of attention and baselines with the effect of bonds",
    )
    chance = faithfulness.correlation.chance_level(count)
    few = "" if count >= least else f" Fewer than {least} bonds are too few to judge."
    if not np.isfinite(chance):
        st.caption(
            f"There is only {count} independent bond, so there is no order to compare."
        )
        return
    st.caption(
        "Spearman's ρ and Kendall's τ of the size of the change with attention, and "
        f"with four baselines: {study.RANDOM.lower()} weights, {study.BONDS.lower()}, "
        f"{study.LENGTH} and {study.GRADIENT.lower()} (it looks inside the model), over "
        f"{count} independent "
        f"bonds. A random order has ρ = 0 on average and exceeds {chance:.2f} once in "
        f"twenty times. {len(columns)} properties are tested, so one in twenty may pass "
        f"p < 0.05 by chance.{few}"
    )


def control_results(
    found: dict[str, list["Finding"]], column: int, study: "Study"
) -> None:
    """Show what attention must pass before a correlation with it is believed.

    Args:
        found: By module, findings for every output.
        column: Output of the chosen property.
        study: The study they come from.
    """
    st.markdown("**Controls**")
    check = cached.symmetry_check()
    lines = []
    for module, findings in found.items():
        finding = findings[column]
        p = faithfulness.verdict.p_text(finding.given.p)
        lines += [
            f"{module}: after accounting for length and number of bonds, ρ = "
            f"{_two(finding.given.rho)} (p = {p}); attention of "
            f"{len(study.shuffled[module])} networks with shuffled weights, median ρ = "
            f"{_two(finding.shuffled)}, at best {_two(finding.best_shuffled)}."
        ]
    lines += [
        "Symmetry-equivalent bonds in a doubled cell, computed without symmetry: "
        f"weights differ by at most {check.equal_bonds:.0e} over {check.bonds} bonds.",
        f"That doubled cell against this one: weights differ by at most "
        f"{check.weights:.0e}, predictions by {check.values:.0e} of a property's spread.",
    ]
    st.markdown("\n".join(f"* {plain(line)}" for line in lines))


def _two(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"
