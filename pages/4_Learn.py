"""Learn: nine steps from a crystal to a prediction, with the numbers of any crystal."""

import streamlit as st

from crysformer.lesson.neighbourhood import neighbourhood_of
from crysformer.ui.learn import attention, cached, graphs, network
from crysformer.ui.learn import frame as lesson_frame
from crysformer.ui.learn.ask import ask
from crysformer.ui.learn.cached import Lesson
from crysformer.ui.learn.handout import handout_menu
from crysformer.ui.learn.questions import QUESTIONS
from crysformer.ui.session import answers
from crysformer.ui.session.text import guard
from crysformer.ui.shell.frame import frame
from crysformer.ui.shell.picker import pick_crystal

VIEWS = (
    graphs.show_cell,
    graphs.show_neighbours,
    graphs.show_line_graph,
    graphs.show_numbers,
    attention.show_cross,
    attention.show_conditional,
    network.show_blocks,
    network.show_prediction,
    network.show_symmetry,
)
FIRST_WITH_NETWORK = 5

places = frame("Learn")
row = pick_crystal()
step = lesson_frame.current_step()
lesson_frame.step_list(step)
with st.container(key="lesson"), guard():
    lesson_frame.heading(step)
    graph = answers.graph()
    with row:
        site = lesson_frame.pick_atom(graph)
        lesson_frame.projector()
    lesson = Lesson(
        answers.chosen(),
        graph,
        neighbourhood_of(graph, site),
        cached.architecture(),
        st.context.theme.type == "dark",
    )
    if step < FIRST_WITH_NETWORK:
        VIEWS[step - 1](lesson)
    else:
        with st.spinner("Following the crystal through the network…"):
            VIEWS[step - 1](lesson)
        places.show_model()
    ask(QUESTIONS[step - 1](lesson), lesson.key(f"answer{step}"), step)
    with lesson_frame.way_on(step):
        handout_menu(lesson)
