"""Steps 1 to 4 of the lesson: cell, neighbours, line graph, numbers. No network yet."""

from typing import TYPE_CHECKING

import streamlit as st

from crysformer.lesson.figures import gaussian_bars, line_graph, shell_bars
from crysformer.lesson.scenes import angle_scene, cell_scene, shell_scene, upright_bond
from crysformer.lesson.steps import STEPS
from crysformer.picture.scene import MAX_DRAWN_ATOMS, Scene
from crysformer.ui.learn.cached import Lesson
from crysformer.ui.session import answers, state
from crysformer.ui.viewer.view import crystal_view

if TYPE_CHECKING:
    import plotly.graph_objects as go

VIEW = "lesson_view"
HEIGHT = 420
MAX_REPEATS = 3
LONGEST = 8.0
_WALL_FONT = 18


def show_cell(lesson: Lesson) -> None:
    """Step 1: the cell, repeated."""
    picture, side = st.columns([5, 4], gap="medium")
    with side:
        st.markdown(f":material/touch_app: {STEPS[0].task}")
        most = _most_repeats(len(lesson.structure))
        repeats = 1
        if most > 1:
            repeats = st.slider(
                "Repeats along a, b and c", 1, most, 1, key=lesson.key("r")
            )
        lattice = lesson.structure.lattice
        st.markdown(
            "**The box** has edges a = {:.3f} Å, b = {:.3f} Å, c = {:.3f} Å and angles "
            "α = {:.1f}°, β = {:.1f}°, γ = {:.1f}°.".format(*lattice.parameters)
        )
        st.markdown(
            "**Its atoms** are listed in the corner of the picture, each counted once. "
            "What the picture draws on a face, an edge or a corner is an image of one of "
            "them."
        )
    with picture:
        view(lesson, cell_scene(lesson.structure, repeats))


def _most_repeats(sites: int) -> int:
    fitting = [n for n in range(1, MAX_REPEATS + 1) if n**3 * sites <= MAX_DRAWN_ATOMS]
    return max(fitting, default=1)


def show_neighbours(lesson: Lesson) -> None:
    """Step 2: neighbours, shell by shell."""
    around = lesson.around
    picture, side = st.columns([5, 4], gap="medium")
    shells = 1
    with side:
        st.markdown(f":material/touch_app: {STEPS[1].task}")
        if len(around.shells) > 1:
            shells = st.slider(
                f"Shells around {around.label}",
                1,
                len(around.shells),
                1,
                key=lesson.key("shells"),
            )
        chart(shell_bars(around, shells), 300, "Neighbours in each shell")
        st.caption(
            "Bars and bonds of one shell have one colour. Pale atoms are images outside "
            "the box."
        )
    with picture:
        view(lesson, shell_scene(lesson.graph, around, shells))


def show_line_graph(lesson: Lesson) -> None:
    """Step 3: the line graph beside the crystal."""
    around = lesson.around
    picture, side = st.columns([1, 1], gap="medium")
    with side:
        first = upright_bond(around) + 1
        place = st.slider(
            STEPS[2].task, 1, len(around), first, key=lesson.key("bond"), format="bond %d"
        )
        drawn = line_graph(around, place - 1, dark=lesson.dark)
        chart(drawn, 340, "Bonds as nodes, angles between them as edges")
        st.caption(
            f"Each numbered node is a bond of {around.label}, coloured like its equals. "
            "Grey: the picked bond. An edge has the colour of its angle."
        )
    with picture:
        view(lesson, angle_scene(lesson.graph, around, place - 1, dark=lesson.dark))


def show_numbers(lesson: Lesson) -> None:
    """Step 4: one length as 64 numbers."""
    nearest = lesson.around.shells[0]
    picture, side = st.columns([5, 4], gap="medium")
    with side:
        length = st.slider(
            STEPS[3].task, 0.5, LONGEST, 4.0, 0.01, key=lesson.key("d"), format="%.2f Å"
        )
        st.latex(
            r"g_k(d) = e^{-\gamma\,(d-\mu_k)^2},\quad \mu_k = (k-1)\,\Delta,\quad "
            r"\gamma = 1/\Delta^2"
        )
        step = lesson.config.max_length / (lesson.config.length_centres - 1)
        st.markdown(
            f"$d$ is the length, $\\mu_k$ the mark of number $k$, and "
            f"$\\Delta$ = {step:.3f} Å the distance between two marks."
        )
        st.markdown(
            f"Lengths around {lesson.around.label}: "
            + ", ".join(f"{shell.length:.3f} Å" for shell in lesson.around.shells[:4])
            + ("…" if len(lesson.around.shells) > 4 else "")
            + f" ({nearest.symbols} is nearest)."
        )
    with picture:
        chart(gaussian_bars(length, lesson.config), HEIGHT, "The numbers of one length")


def view(lesson: Lesson, scene: Scene) -> None:
    """Draw the lesson's one 3D picture."""
    crystal_view(
        scene,
        key=VIEW,
        height=HEIGHT,
        title=f"{answers.formula()}-lesson",
    )


def chart(figure: "go.Figure", height: int, alt: str) -> None:
    """Draw one flat picture."""
    figure.update_layout(height=height)
    if st.session_state.get(state.PROJECTOR):
        figure.update_layout(font_size=_WALL_FONT)
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, alt=alt)
