"""Learn: nine steps from a crystal to a prediction, with the numbers of any crystal."""

import streamlit as st

from crysformer.ui import (
    lesson_attention,
    lesson_frame,
    lesson_graphs,
    lesson_loaders,
    lesson_network,
)
from crysformer.ui.frame import frame, guard
from crysformer.ui.lesson_answers import QUESTIONS
from crysformer.ui.lesson_handout import handout_menu
from crysformer.ui.lesson_loaders import Lesson
from crysformer.ui.picker import pick_crystal

VIEWS = (
    lesson_graphs.show_cell,
    lesson_graphs.show_neighbours,
    lesson_graphs.show_line_graph,
    lesson_graphs.show_numbers,
    lesson_attention.show_cross,
    lesson_attention.show_conditional,
    lesson_network.show_blocks,
    lesson_network.show_prediction,
    lesson_network.show_symmetry,
)
FIRST_WITH_NETWORK = 5

places = frame("Learn")
row = pick_crystal()
step = lesson_frame.current_step()
lesson_frame.step_list(step)
with st.container(key="lesson"), guard():
    lesson_frame.heading(step)
    digest, graph = lesson_loaders.graph()
    with row:
        site = lesson_frame.pick_atom(graph, digest)
    lesson = Lesson(
        digest,
        graph,
        graph.around(site),
        lesson_loaders.architecture(),
        st.context.theme.type == "dark",
    )
    if step < FIRST_WITH_NETWORK:
        VIEWS[step - 1](lesson)
    else:
        with st.spinner("Following the crystal through the network…"):
            VIEWS[step - 1](lesson)
        places.show_model()
    lesson_frame.ask(QUESTIONS[step - 1](lesson), lesson.key(f"answer{step}"))
    with lesson_frame.way_on(step):
        handout_menu(lesson)
