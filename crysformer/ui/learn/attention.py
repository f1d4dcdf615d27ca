"""Steps 5 and 6 of the lesson: attention, every number beside its equation."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from crysformer.lesson.figures import gate_bars, softmax_bars
from crysformer.lesson.steps import STEPS
from crysformer.ui.learn.cached import DOUBLE, Lesson
from crysformer.ui.learn.graphs import chart
from crysformer.ui.learn.questions import HEAD, conditional_step, cross_step
from crysformer.ui.learn.tex import ratio, row
from crysformer.ui.session.numbers import tiny

if TYPE_CHECKING:
    from crysformer.lesson.walkthrough import AtomStep

AGREE_SINGLE, AGREE_DOUBLE = 1e-5, 1e-6


def show_cross(lesson: Lesson) -> None:
    """Step 5: cross-attention of the chosen atom."""
    step = cross_step(lesson)
    hand, around = step.by_hand, lesson.around
    picture, side = st.columns([5, 6], gap="medium")
    with picture:
        place = _pick_bond(lesson, 4)
        drawn = softmax_bars(around, hand.score[:, HEAD], hand.attention[:, HEAD], place)
        chart(drawn, 330, "Scores of the bonds and the weights made of them")
        st.caption("Dotted: an even share. Bars of one colour are equal bonds.")
    query, key = hand.query[HEAD], hand.key[place, HEAD]
    width = len(query)
    with side:
        _equations(
            (r"q = W_q h_i + b_q", row(query)),
            (r"k_j = W_k e_{ij} + b_k", row(key)),
            (
                rf"s_j = \frac{{q \cdot k_j}}{{\sqrt{{{width}}}}}",
                ratio(float(query @ key), np.sqrt(width)),
            ),
            _softmax_line(lesson, hand.score[:, HEAD], place),
            (r"v_j = W_v e_{ij} + b_v", row(hand.value[place, HEAD])),
            (r"m = \sum_j a_j\, v_j", row(hand.message[HEAD])),
            (r"h_i \leftarrow \mathrm{LN}(h_i + W_o m + b_o)", row(hand.result)),
        )
        _symbols(
            lesson,
            f"$h_i$: the {len(hand.result)} features of {around.label}; $e_{{ij}}$: "
            "those of the picked bond.",
            f"$W, b$: trained numbers. All lines: block 1, head 1 of "
            f"{hand.query.shape[0]}; $W_o$ joins the messages of all heads. LN "
            "(LayerNorm) brings the features back to mean 0 and spread 1.",
        )
    _agreement(step, cross_step(lesson, DOUBLE))


def show_conditional(lesson: Lesson) -> None:
    """Step 6: conditional attention of the chosen atom, with its gates."""
    step = conditional_step(lesson)
    hand, around = step.by_hand, lesson.around
    picture, side = st.columns([5, 6], gap="medium")
    with picture:
        place = _pick_bond(lesson, 5)
        gate = hand.gate[place, HEAD]
        chart(gate_bars(gate), 210, "Gates of the picked bond")
        drawn = softmax_bars(around, hand.score[:, HEAD], hand.attention[:, HEAD], place)
        chart(drawn, 330, "Scores of the neighbours and the weights made of them")
        st.caption("Dotted: an even share. Bars of one colour are equal bonds.")
    product = hand.product[place, HEAD]
    with side:
        _equations(
            (r"q = W_q h_i + b_q", row(hand.query[HEAD])),
            (r"k_j = W_k h_j + b_k", row(hand.key[place, HEAD])),
            (r"g_j = \tanh(W_c e_{ij} + b_c)", row(gate)),
            (r"p_j = q \odot k_j \odot g_j", row(product)),
            (
                rf"s_j = \frac{{\sum p_j}}{{\sqrt{{{len(product)}}}}}",
                ratio(float(product.sum()), np.sqrt(len(product))),
            ),
            _softmax_line(lesson, hand.score[:, HEAD], place),
            (r"m = \sum_j a_j\,(W_v h_j + b_v)", row(hand.message[HEAD])),
            (r"h_i \leftarrow \mathrm{LN}(h_i + W_o m + b_o)", row(hand.result)),
        )
        if hand.edges is not None:
            _equations(
                (
                    r"e_{ij} \leftarrow \mathrm{LN}(e_{ij} + W_e p_j + b_e)",
                    row(hand.edges[place]),
                )
            )
        _symbols(
            lesson,
            f"$h_i$, $h_j$: features of {around.label} and of its neighbour; $e_{{ij}}$: "
            "those of the bond; $\\odot$: number by number.",
            "$W, b$: trained numbers, different from those of cross-attention. All "
            "lines: block 1, head 1.",
        )
    _agreement(step, conditional_step(lesson, DOUBLE))


def _pick_bond(lesson: Lesson, index: int) -> int:
    """Choose one bond of each kind; returns its place."""
    kinds = lesson.around.kinds
    kind = st.selectbox(
        STEPS[index].task,
        range(len(kinds)),
        format_func=lambda k: f"Kind {k + 1}: {lesson.around.label} → {kinds[k].text}",
        key=lesson.key(f"kind{index}"),
    )
    return int(kinds[kind].members[0])


def _softmax_line(lesson: Lesson, score: NDArray, place: int) -> tuple[str, str]:
    """The softmax with its numbers; the envelope is written only where it matters."""
    envelope = lesson.around.weight
    faded = bool((envelope < 1).any())
    # Subtracting the largest score cancels and keeps the numbers readable.
    parts = envelope * np.exp(score - score.max())
    mark = "w_j " if faded else ""
    shifted = r"s_j - s_{\max}"
    left = rf"a_j = \frac{{{mark}e^{{{shifted}}}}}{{\sum {mark}e^{{{shifted}}}}}"
    return left, ratio(float(parts[place]), float(parts.sum()))


def _equations(*lines: tuple[str, str]) -> None:
    """One aligned block: each equation, and its numbers right of it."""
    rows = [rf"{left} &= {right}" for left, right in lines]
    st.latex(r"\begin{aligned}" + r" \\[0.6em] ".join(rows) + r"\end{aligned}")


def _symbols(lesson: Lesson, *sentences: str) -> None:
    fades = " $s_{\\max}$: the largest score; it cancels out."
    if (lesson.around.weight < 1).any():
        fades += " $w_j$: how much a bond beyond the 12th still counts, from 1 down to 0."
    st.caption(" ".join(sentences) + fades)


def _agreement(single: "AtomStep", double: "AtomStep") -> None:
    """Say how well the hand calculation and the network agree."""
    good = single.difference <= AGREE_SINGLE and double.difference <= AGREE_DOUBLE
    sentence = (
        "Checked now, for all bonds and heads: the numbers by hand and the model's own "
        f"differ by at most {tiny(single.difference)} in single precision (allowed "
        f"{tiny(AGREE_SINGLE)}) and {tiny(double.difference)} in double precision "
        f"(allowed {tiny(AGREE_DOUBLE)})."
    )
    if good:
        st.success(sentence, icon=":material/verified:")
    else:
        st.error(sentence, icon=":material/error:")
