"""Steps 7 to 9 of the lesson: blocks, prediction, symmetry."""

from typing import TYPE_CHECKING

import streamlit as st

from crysformer import lesson as lessons
from crysformer.lesson.figures import block_lines, kind_bars, stretch_curve
from crysformer.lesson.scenes import kind_scene, weight_scene
from crysformer.lesson.steps import STEPS
from crysformer.properties.table import PROPERTIES
from crysformer.ui.learn import cached
from crysformer.ui.learn.cached import Lesson
from crysformer.ui.learn.graphs import HEIGHT, chart, view
from crysformer.ui.learn.questions import attention_by_block
from crysformer.ui.session import answers
from crysformer.ui.session.numbers import physical, readable, tiny

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction

ALL_BONDS, ONE_EACH = "All bonds", "One of each kind"


def show_blocks(lesson: Lesson) -> None:
    """Step 7: attention from block to block."""
    attention = attention_by_block(lesson)
    blocks = attention.shape[1]
    picture, side = st.columns([1, 1], gap="medium")
    with side:
        block = 1
        if blocks > 1:
            block = st.slider(STEPS[6].task, 1, blocks, 1, key=lesson.key("block"))
        drawn = block_lines(lesson.around, attention, block - 1)
        chart(drawn, 330, "Weight of one bond of each kind in every block")
        st.caption(
            "Cross-attention, the mean over all heads. Dotted: an even share; the band "
            "marks the block in the picture."
        )
    with picture:
        scene = weight_scene(
            lesson.graph,
            lesson.around,
            attention[:, block - 1],
            float(attention.max()),
            dark=lesson.dark,
        )
        view(lesson, scene)


def show_prediction(lesson: Lesson) -> None:
    """Step 8: the prediction, how sure it is, and what it follows."""
    prediction = answers.prediction()
    errors = answers.predictor().validation_errors
    curves = cached.responses(lesson)
    undefined = answers.reasons_against(answers.chosen())
    picture, side = st.columns([5, 4], gap="medium")
    with side:
        key = st.selectbox(
            STEPS[7].task,
            [k for k in prediction.shown if k in curves and k not in undefined],
            format_func=lambda each: _property_text(each),
            key="lesson-property",
        )
        item, value, error = PROPERTIES[key], prediction.shown[key], errors.get(key)
        st.metric(item.label, f"{physical(key, value, error)} {item.unit}".strip())
        low, high = prediction.intervals.get(
            key, (value - (error or 0.0), value + (error or 0.0))
        )
        st.markdown(_how_sure(key, prediction, error))
        st.markdown(
            "**What changes it:** other elements, other lengths, other angles, and "
            "nothing else. The curve shows the effect of other lengths."
        )
    with picture:
        title = f"{item.label} ({item.unit})" if item.unit else item.label
        drawn = stretch_curve(
            lessons.experiments.STRETCHES, curves[key], (low, high), title
        )
        chart(drawn, HEIGHT, "The property against the stretch of the cell")
        st.caption(
            "Diamond: the crystal as it is, with its typical error. The rest is the "
            "model's response; it has seen only relaxed crystals."
        )


def _how_sure(key: str, prediction: "Prediction", error: float | None) -> str:
    """What is known of the error of one property, as a sentence."""
    unit = PROPERTIES[key].unit
    if key in prediction.exact:
        return "**Zero by symmetry:** this crystal's symmetry forbids any other value."
    if key not in prediction.intervals:
        typical = readable(error or 0.0, error)
        return (
            f"**The typical error** is ± {typical} {unit}, the mean over crystals that "
            "were kept out of training."
        )
    low, high = (physical(key, end, error) for end in prediction.intervals[key])
    card = answers.predictor().checkpoint.card["validation"]
    known = card.get("coverage", {}).get(key)
    held = f"{known['all']['coverage']:.0%}" if known else "about nine in ten"
    return (
        f"**The interval** is {low} to {high} {unit}: such intervals contained the "
        f"computed value for {held} of the crystals they were checked on."
    )


def _property_text(key: str) -> str:
    item = PROPERTIES[key]
    return f"{item.label} · {item.source.rpartition(', ')[2]}"


def show_symmetry(lesson: Lesson) -> None:
    """Step 9: equal bonds, and the quotient."""
    graphs = cached.two_graphs(lesson)
    picture, side = st.columns([1, 1], gap="medium")
    with side:
        chosen = st.segmented_control(
            STEPS[8].task,
            (ALL_BONDS, ONE_EACH),
            default=ALL_BONDS,
            required=True,
            key="lesson-kinds",
        )
        one_each = chosen == ONE_EACH
        weights = attention_by_block(lesson)[:, -1]
        drawn = kind_bars(lesson.around, weights)
        chart(drawn, 200, "Attention of every bond in the last block")
        st.caption("Last block, cross-attention. One colour, one kind, one height.")
        counts = graphs.quotient if one_each else graphs.full
        name = "Quotient" if one_each else "Full graph of the primitive cell"
        atoms, bonds, angles = counts
        st.markdown(f"**{name}:** {atoms:,} atoms, {bonds:,} bonds, {angles:,} angles.")
    with picture:
        view(lesson, kind_scene(lesson.graph, lesson.around, one_each=one_each))
    _both_predictions(graphs.from_full, graphs.from_quotient)


def _both_predictions(full: float | None, quotient: float) -> None:
    item = PROPERTIES[cached.main_property()]
    name = item.label.lower()
    if full is None:
        st.info(
            f"From the quotient, the {name} is {quotient:.6f} {item.unit}. The full "
            "graph of this crystal is too large to compute as well.",
            icon=":material/info:",
        )
        return
    st.success(
        f"Computed now, in double precision: the {name} is {full:.6f} {item.unit} "
        f"from the full graph and {quotient:.6f} {item.unit} from the quotient. They "
        f"differ by {tiny(abs(full - quotient))} {item.unit}.",
        icon=":material/verified:",
    )
