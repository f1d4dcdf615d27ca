"""Does it mean anything? The knock-out test of attention, started by a button."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crysformer import faithfulness, figures
from crysformer.attention.reduce import BOTH, Module
from crysformer.ui.attention import cached
from crysformer.ui.attention.card import chosen_property
from crysformer.ui.attention.controls import AttentionSettings
from crysformer.ui.attention.trial_tables import control_results, property_results
from crysformer.ui.session import answers, state
from crysformer.ui.session.text import plain

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention
    from crysformer.faithfulness.knockout import Variant
    from crysformer.faithfulness.study import Study
    from crysformer.faithfulness.verdict import Finding

_EFFECTS = "effect_plot"
JUST_OPENED = "trial_just_opened"
"""Set where the test was opened by a click: then it comes into view."""

_VARIANT_HELP = (
    "Masked: the graph without these bonds; the remaining weights sum to one again. "
    "Zero: the bonds keep their place in the softmax but pass nothing on, so removing a "
    "large weight has a larger effect partly by construction. Either way the angles of "
    "these bonds go too, and an atom that loses all its bonds keeps its own features."
)


_into_view = st.components.v2.component(
    "crysformer_into_view",
    html="<span></span>",
    js="""export default function ({ parentElement }) {
      parentElement.querySelector("span").scrollIntoView({ behavior: "smooth" });
    }""",
)


def attention_trial(attention: "BondAttention", settings: AttentionSettings) -> None:
    """Draw the whole test: a button first where it takes long, then what it found.

    Args:
        attention: All weights on its bonds.
        settings: How blocks and heads are taken together.
    """
    if st.session_state.pop(JUST_OPENED, False):
        _into_view(key="trial_into_view")
    st.subheader("Does it mean anything?")
    st.caption(
        "A weight is not an effect. This test removes every bond in turn, with all its "
        "symmetry equivalents and in both directions, and predicts again. If attention "
        "means something, removing bonds with more of it changes the prediction more. "
        "Blocks and heads are combined as chosen above."
    )
    place = st.empty()
    unasked = cached.is_small() or cached.study_is_known(settings.choice)
    if not unasked and not place.button(
        "Remove every bond in turn", type="primary", icon=":material/science:"
    ):
        return
    study = cached.study(settings.choice, lambda share, what: place.progress(share, what))
    place.empty()
    _results(attention, settings, study)


def _results(
    attention: "BondAttention",
    settings: AttentionSettings,
    study: "Study",
) -> None:
    columns = faithfulness.tables.output_columns(answers.predictor().checkpoint.scalings)
    names = figures.crystals.titles(columns)
    variants = faithfulness.knockout.Variant
    key = chosen_property()
    variant = st.segmented_control(
        "How a bond is removed",
        list(variants),
        default=variants.MASKED,
        format_func=lambda each: each.label,
        key=state.KNOCKOUT,
        required=True,
        bind="query-params",
        help=_VARIANT_HELP,
    )
    variant = variant or variants.MASKED
    found = cached.findings(settings.choice, variant)
    _verdicts(found, settings, columns[key], names[key])
    left, right = st.columns(2, gap="medium")
    with left:
        _effects(attention, study, key, columns[key], variant, names[key])
    with right:
        _curves(study, columns[key])
    property_results(found, columns, names)
    control_results(found, columns[key], study)


def _verdicts(
    found: dict[str, list["Finding"]],
    settings: AttentionSettings,
    column: int,
    name: str,
) -> None:
    """One sentence for each module that is shown."""
    module = settings.choice.module
    both = settings.side_by_side or module == Module.DIFFERENCE
    # A name such as "Band gap, TBmBJ (eV)" goes into a sentence without its unit.
    label = f"“{name.rpartition(' (')[0] or name}”"
    sentences = [
        faithfulness.verdict.verdict(found[each][column], each, label)
        for each in (BOTH if both else (module,))
    ]
    for sentence in dict.fromkeys(sentences):
        st.info(f"**{plain(sentence)}**", icon=":material/gavel:")


def _effects(
    attention: "BondAttention",
    study: "Study",
    key: str,
    column: int,
    variant: "Variant",
    name: str,
) -> None:
    checkpoint = answers.predictor().checkpoint
    scaling = checkpoint.scalings[checkpoint.keys.index(key)]
    structure = attention.graph.structure
    names = faithfulness.tables.orbit_names(attention.graph, study)
    whole = float(study.outputs[column])
    effect = np.abs(
        faithfulness.tables.in_unit(
            study.change[variant][:, column], whole, scaling, structure
        )
    )
    of_bond = study.orbits.of_bond

    def take_points() -> None:
        points = st.session_state[_EFFECTS].selection.points
        chosen = {int(point["customdata"][0]) for point in points}
        state.light(np.flatnonzero(np.isin(of_bond, list(chosen))).tolist())

    st.plotly_chart(
        figures.faithfulness.effect_plot(
            study.attention, effect, names, f"Change on removal: {name}"
        ),
        key=_EFFECTS,
        on_select=take_points,
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Change of the prediction without each bond against its share of attention",
    )
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.caption(
        f"{len(names)} independent bonds. Click a point, or several with Shift, to "
        "highlight its bonds in the picture."
    )
    table = faithfulness.tables.orbit_table(
        names, study, column, scaling, structure, variant, name
    )
    bar.download_button(
        "CSV",
        lambda: table.to_csv(index=False).encode(),
        file_name=f"{answers.formula()}-{key}-effects.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _curves(study: "Study", column: int) -> None:
    ways, random = faithfulness.curves.Way, faithfulness.study.RANDOM
    way = st.segmented_control(
        "Curve",
        list(ways),
        default=ways.DELETION,
        required=True,
        format_func=lambda each: each.label,
        label_visibility="collapsed",
        key=state.CURVE,
        bind="query-params",
    )
    way = way or ways.DELETION
    st.plotly_chart(
        figures.faithfulness.curve_plot(study.curves, column, way),
        config={"displayModeBar": False},
        alt=f"{way} curve of the prediction for several orders of the bonds",
    )
    areas: dict[str, list[float]] = {}
    for name, curve in study.curves.items():
        area = curve.area(way)[column]
        areas.setdefault(random if name.startswith(random) else name, []).append(area)
    text = ", ".join(
        f"{name.lower()} {np.mean(values):.2f}" for name, values in areas.items()
    )
    better = "larger" if way == ways.DELETION else "smaller"
    st.caption(
        f"Area: {text}; {better} is better. 0 is the prediction with all bonds, 1 the "
        "one with none. Bonds are always masked, a whole orbit at a time."
    )
