"""Cached calls: everything slow that a page needs, keyed by content and settings.

Caches are bounded, and what they hold is never changed in place: ``cache_data`` hands
out copies, ``cache_resource`` only things that are immutable.
"""

import gc
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from pymatgen.core import Composition, Structure

from crysformer import predict
from crysformer.attention.bond_picture import model_bonds
from crysformer.description.summary import Facts, crystal_facts
from crysformer.graph.crystal import CrystalGraph
from crysformer.library.catalogue import load_library
from crysformer.library.measured import Measured, Quantity, load_measured
from crysformer.model.bundled import read_architecture
from crysformer.paths import weights_folder
from crysformer.picture.bonds import (
    BondLayer,
    DrawnBonds,
    chemical_bonds,
)
from crysformer.picture.options import ViewOptions
from crysformer.picture.scene import Scene, build_scene
from crysformer.predict import applicability
from crysformer.structure.cells import CellChoice, in_cell
from crysformer.ui.session import first_picture, state
from crysformer.ui.session.first_picture import predictor_ready
from crysformer.ui.session.large import described, is_large
from crysformer.ui.session.pool import asked

# Importing torch takes seconds: the predictor does it once the page has something to
# show.
if TYPE_CHECKING:
    from crysformer.attention.forward_pass import ForwardPass
    from crysformer.attention.weights import BondAttention, PairAttention
    from crysformer.predict.prediction import Prediction
    from crysformer.predict.predictor import Answer, Predictor


_FRAME = "#"


_WORK_HERE = 10_000
"""A graph of more work than this, 0.1 s, is predicted by a worker process."""

_S_OF_WORK = 1e-5
"""Seconds on a core of its own for each unit of a graph's work."""


class Chosen(NamedTuple):
    """A short key for caches: everything that an answer about a crystal depends on.

    Attributes:
        token: Which crystal, see ``state``, and which frame of a file with several.
        cell: Unit cell it is described by.
        model: Name of the model that answers.
    """

    token: str
    cell: CellChoice
    model: str


def chosen() -> Chosen:
    """Return what is chosen: crystal, unit cell and model."""
    # Pages without the control read what a link says.
    cell = st.session_state.get(state.CELL, st.query_params.get(state.CELL))
    known = cell in list(CellChoice)
    return choice_of(state.token(), CellChoice(cell) if known else CellChoice.AS_GIVEN)


def choice_of(token: str, cell: CellChoice) -> Chosen:
    """Return any crystal of the library or the session with the chosen model."""
    frame = state.frame(token)
    return Chosen(f"{token}{_FRAME}{frame}" if frame else token, cell, state.model())


@st.cache_data(max_entries=200, show_spinner=False)
def _structure(token: str, cell: CellChoice) -> Structure:
    if cell != CellChoice.AS_GIVEN:
        return in_cell(_structure(token, CellChoice.AS_GIVEN), cell)
    file, _, frame = token.partition(_FRAME)
    upload = st.session_state[state.UPLOADS].get(file)
    if upload is None:
        return load_library()[file].structure()
    return upload.structure_at(int(frame or 0))


@st.cache_resource(max_entries=100, show_spinner=False)
def _graph_here(crystal: Chosen) -> CrystalGraph:
    rule = read_architecture(crystal.model).neighbour_rule
    return CrystalGraph.of(structure_of(crystal), rule)


@st.cache_data(max_entries=200, show_spinner=False)
def _facts_here(crystal: Chosen) -> Facts:
    return crystal_facts(structure_of(crystal))


@st.cache_data(max_entries=100, show_spinner=False)
def _chemical_scene(crystal: Chosen, options: ViewOptions) -> Scene:
    return build_scene(
        structure_of(crystal), _bonds(crystal, options), **options.scene_arguments()
    )


def _bonds(crystal: Chosen, options: ViewOptions) -> DrawnBonds | None:
    """The bonds of the chosen layer; what the network uses is asked of the network."""
    if options.layer == BondLayer.MODEL:
        return model_bonds(graph_of(crystal))
    if options.layer == BondLayer.CHEMICAL:
        return chemical_bonds(structure_of(crystal))
    return None


def structure() -> Structure:
    """Return the chosen crystal."""
    return structure_of(chosen())


def structure_of(crystal: Chosen) -> Structure:
    """Return any crystal of the library or the session."""
    return _structure(crystal.token, crystal.cell)


def graph_of(crystal: Chosen) -> CrystalGraph:
    """Return any crystal as the chosen model's graph; shared, so never changed."""
    structure = structure_of(crystal)
    if not is_large(structure):
        return _graph_here(crystal)
    rule = read_architecture(crystal.model).neighbour_rule
    return described(structure, crystal, CrystalGraph.of, rule)


def graph() -> CrystalGraph:
    """Return the chosen crystal as the chosen model's graph."""
    return graph_of(chosen())


def prediction_of(crystal: Chosen) -> "Prediction":
    """Return every property of any crystal of the library or the session."""
    return _answer(crystal).prediction


def is_as_given() -> bool:
    """Whether the crystal is shown in the cell of its file or of the library."""
    return chosen().cell == CellChoice.AS_GIVEN


def facts() -> Facts:
    """Return symmetry and cell of the chosen crystal."""
    crystal = chosen()
    if not is_large(structure()):
        return _facts_here(crystal)
    return described(structure(), crystal, crystal_facts)


def formula() -> str:
    """Return the chosen crystal's reduced formula, fit for a file name.

    Files made of an ordered approximation say in their names that they are.
    """
    upload = state.upload()
    mark = "-ordered-approximation" if upload and upload.note else ""
    return f"{structure().composition.reduced_formula}{mark}"


def chemical_scene(options: ViewOptions) -> Scene:
    """Return the picture of the chosen crystal without a model."""
    return scene_of(chosen(), options)


def scene_of(crystal: Chosen, options: ViewOptions) -> Scene:
    """Return the picture of any crystal, without a model."""
    return _chemical_scene(crystal._replace(cell=options.cell), options)


def measured() -> Mapping[Quantity, Measured]:
    """Return what experiments say of the chosen crystal, by quantity.

    An upload counts as a crystal of the library that has its formula and space group.
    """
    known = load_measured()
    if not state.upload():
        return known.get(state.token(), {})
    formula, number = structure().composition.reduced_formula, facts().number
    for id_ in known:
        crystal = load_library()[id_]
        same = Composition(crystal.formula).reduced_formula == formula
        if same and crystal.space_group == number:
            return known[id_]
    return {}


def crystal_name() -> str:
    """Return the chosen crystal's name as people know it; it may come from a file."""
    return name_of(state.token())


def name_of(token: str) -> str:
    """Return any crystal's name as people know it; it may come from a file."""
    upload = st.session_state[state.UPLOADS].get(token)
    if upload is None:
        return load_library()[token].name
    if not upload.frames:
        return upload.name
    frame = upload.frames[state.frame(token)]
    return f"{upload.name}, frame {frame.number}"


def predictor() -> "Predictor":
    """Return the chosen model, shared by every session; it is immutable.

    Raises:
        WeightsError: The model's files are missing or damaged.
    """
    first_picture.wait()
    return _predictor(state.model())


@st.cache_resource(max_entries=3, show_spinner=False)
def _predictor(model: str) -> "Predictor":
    # One thread for each request: spinning OpenMP threads slow each other twentyfold.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    loaded = predict.remote.loaded(model, weights_folder())
    # From here on Python's garbage collection leaves out the objects of the libraries, as
    # good as all there are: it takes milliseconds, where it held up every visitor.
    gc.collect()
    gc.freeze()
    predictor_ready.set()
    return loaded


def _answer(crystal: Chosen) -> "Answer":
    work = graph_of(crystal).arrays.work
    if work <= _WORK_HERE:
        return _answer_here(crystal)
    return asked(
        predict.predictor.Predictor.answer,
        crystal.model,
        graph_of(crystal),
        key=crystal,
        doing=f"Predicting a large crystal, about {max(work * _S_OF_WORK, 1):.0f} s",
    )


@st.cache_resource(max_entries=100, show_spinner=False)
def _answer_here(crystal: Chosen) -> "Answer":
    return predictor().answer(graph_of(crystal))


@st.cache_data(max_entries=500, show_spinner=False)
def _reasons_against(crystal: Chosen) -> dict[str, str]:
    return applicability.reasons_against(structure_of(crystal), prediction_of(crystal))


def reasons_against(crystal: Chosen) -> dict[str, str]:
    """Return why a predicted number says nothing of a crystal, by property."""
    return _reasons_against(crystal)


def seen(crystal: Chosen) -> "ForwardPass":
    """Return the model's pass over a crystal, with all attention."""
    return _answer(crystal).seen


def prediction() -> "Prediction":
    """Return every property of the chosen crystal."""
    return prediction_of(chosen())


def bond_attention() -> "BondAttention":
    """Return the attention of every bond of the chosen crystal."""
    return seen(chosen()).bond_attention


def pair_attention() -> "PairAttention":
    """Return the attention between all bonds that meet in the chosen crystal."""
    return seen(chosen()).pair_attention
