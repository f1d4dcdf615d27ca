"""The frame every page draws first: settings, menu, and what is being looked at.

Streamlit runs a file under ``pages/`` alone when a deep link is the first request, so
nothing may depend on ``app.py`` having run before: each page calls ``frame`` itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crysformer.library.catalogue import load_library
from crysformer.model.bundled import bundled_models
from crysformer.paths import ROOT
from crysformer.ui.session import answers, shelf, state
from crysformer.ui.session.carry import carry_settings, settings_of_other_pages
from crysformer.ui.session.link import clean_link
from crysformer.ui.session.text import plain
from crysformer.ui.shell.history import short_history
from crysformer.ui.shell.menu import MENU
from crysformer.ui.shell.notices import link_notice
from crysformer.ui.shell.reload import found_again, remember_tab
from crysformer.ui.shell.server import ask_nobody

if TYPE_CHECKING:
    from crysformer.predict.predictor import Predictor

# A Material icon here would be fetched from Google by every visitor's browser.
_ICON = Path(__file__).with_name("icon.svg").read_text(encoding="utf-8")
_DEVICES = {"cpu": "CPU", "cuda": "CUDA GPU", "mps": "Apple GPU (MPS)"}
_CSS = Path(__file__).with_name("frame.css")
_SIDEBAR_PIXELS = 224

# Once a process, also where somebody else than ``crysformer app`` started the server.
ask_nobody()


@dataclass(frozen=True)
class Frame:
    """Places in the sidebar that a page fills as it learns more.

    Attributes:
        crystal: Which crystal is shown.
        model: Which model predicts.
        device: Where it runs; empty until the model is loaded.
    """

    crystal: DeltaGenerator
    model: DeltaGenerator
    device: DeltaGenerator

    def show_crystals(self, label: str, names: Sequence[str]) -> None:
        """Say what the page shows; nothing where it shows no crystal.

        Args:
            label: What they are.
            names: Their names; may come from a file.
        """
        listed = "  \n".join(f"**{plain(name)}**" for name in names)
        self.crystal.caption(f"{label}  \n{listed}" if names else "")

    def show_model(self, predictor: "Predictor | None" = None) -> None:
        """Name a model and the device it runs on.

        Args:
            predictor: Whose numbers the page shows; the chosen one's if none is given.
        """
        predictor = predictor or answers.predictor()
        self.model.caption(f"Model  \n**{plain(predictor.name)}**")
        device = _DEVICES.get(predictor.device.type, predictor.device.type)
        self.device.caption(f"Device  \n**{plain(device)}**")


def frame(title: str, *, heading: bool = False) -> Frame:
    """Set up a page and draw the sidebar.

    Args:
        title: The page's name, in the browser's tab.
        heading: Whether the name is the page's heading, too; a page on one crystal has
            its formula there.

    Returns:
        The sidebar's places for crystal, model and device.
    """
    st.set_page_config(
        page_title=f"{title} · Crysformer Explorer",
        page_icon=_ICON,
        layout="wide",
        initial_sidebar_state=_SIDEBAR_PIXELS,
    )
    found_again()
    wrong = clean_link()
    models = bundled_models()
    trouble = state.start(load_library(), models)
    state.write_url()
    carry_settings(title)
    query = state.link_query() | settings_of_other_pages()
    with st.sidebar:
        st.html(_CSS)
        st.markdown("#### Crysformer Explorer")
        for path, label, icon in MENU:
            if (ROOT / path).is_file():
                st.page_link(
                    path, label=label, icon=icon, width="stretch", query_params=query
                )
        short_history()
        remember_tab()
        st.space("small")
        places = Frame(st.empty(), st.empty(), st.empty())
        if len(models) > 1:
            _choose_model(models)
    if not heading:
        places.show_crystals("Crystal", [answers.crystal_name()])
    places.model.caption(f"Model  \n**{plain(state.model())}**")
    if heading:
        st.title(title, anchor=False)
    # One container, always: what stands below keeps its place and its camera.
    with st.container():
        gone = None if trouble else shelf.lost()
        link_notice([*filter(None, [trouble, gone]), *wrong])
    return places


def _choose_model(models: Sequence[str]) -> None:
    """Draw the choice of the model, which the URL names."""
    st.session_state[state.MODEL_WIDGET] = state.model()
    st.selectbox("Choose a model", models, key=state.MODEL_WIDGET, on_change=_take_model)


def _take_model() -> None:
    st.session_state[state.MODEL] = st.session_state[state.MODEL_WIDGET]
    # Bonds are numbered within the graph of a model.
    state.select(None, None)
