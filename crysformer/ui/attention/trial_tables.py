"""What the knock-out test found for all properties, and the controls beside it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crysformer import faithfulness
from crysformer.ui.attention import cached
from crysformer.ui.session.numbers import fixed, tiny
from crysformer.ui.session.text import plain
from crysformer.ui.shell.block_table import Cell, block_table

if TYPE_CHECKING:
    from crysformer.faithfulness.study import Study
    from crysformer.faithfulness.tables import Column
    from crysformer.faithfulness.verdict import Finding


_MEASURE = "rank_measure"


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
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.markdown("**All properties**")
    measure = bar.segmented_control(
        "Rank correlation",
        (kind.RHO, kind.TAU),
        default=kind.RHO,
        format_func={kind.RHO: "Spearman’s ρ", kind.TAU: "Kendall’s τ"}.get,
        required=True,
        label_visibility="collapsed",
        key=_MEASURE,
    )
    measure = measure or kind.RHO
    names_of = [*found, study.RANDOM, study.BONDS, study.LENGTH, study.GRADIENT]
    count = next(iter(found.values()))[0].number
    block_table(
        [
            {"Property": row["Property"]}
            | {str(name): _correlation(row, measure, name, found) for name in names_of}
            for row in table.to_dict("records")
        ],
        "Rank correlations of attention and baselines with the effect of bonds",
        tall=True,
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


def _correlation(
    row: Mapping[str, float],
    measure: "Column",
    name: str,
    found: Mapping[str, list["Finding"]],
) -> Cell:
    """A correlation, and for a module how probable one as large is by chance."""
    text = fixed(row[measure.of(name)])
    if name not in found or measure != faithfulness.tables.Column.RHO:
        return text
    p = row[faithfulness.tables.Column.P.of(name)]
    return (text, f"p = {p:.4f}") if np.isfinite(p) else text


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
            f"{fixed(finding.given.rho)} (p = {p}); attention of "
            f"{len(study.shuffled[module])} networks with shuffled weights, median ρ = "
            f"{fixed(finding.shuffled)}, at best {fixed(finding.best_shuffled)}."
        ]
    lines += [
        "Symmetry-equivalent bonds in a doubled cell, computed without symmetry: "
        f"weights differ by at most {tiny(check.equal_bonds)} over {check.bonds} bonds.",
        f"That doubled cell against this one: weights differ by at most "
        f"{tiny(check.weights)}, predictions by {tiny(check.values)} of a property's "
        "spread.",
    ]
    st.markdown("\n".join(f"* {plain(line)}" for line in lines))
