"""What a session remembers, under which keys, and how it shows in the URL.

The chosen crystal is a *token*: the id of a library crystal, or ``upload-`` and a digest.
The URL has either, but only the first opens anywhere: uploads live as long as a session.
Widgets that make a view shareable bind themselves to the URL; their names are here too,
so that no two pages use one name for different things.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import streamlit as st

from crysformer.model.config import DEFAULT_MODEL
from crysformer.ui.session.given import UPLOADED, Upload
from crysformer.ui.session.url import UrlValue

CRYSTAL: Final = "crystal"
UPLOAD: Final = "upload"
MODEL: Final = "model"
MODEL_WIDGET: Final = "model_widget"
CRYSTAL_WIDGET: Final = "crystal_widget"
UPLOADS: Final = "uploads"
FRAME: Final = "frame"
FRAMES: Final = "frames"
KEPT_UNDER: Final = "kept_under"
RELOAD_WIDGET: Final = "reload_widget"
LOST: Final = "lost_files"
BATCH: Final = "batch_job"
BATCH_SIZE: Final = "batch_size"
UPLOAD_ERRORS: Final = "upload_errors"
OFFERS: Final = "ordering_offers"
UPLOAD_WIDGET: Final = "upload_widget"
DROP_WIDGET: Final = "drop_widget"
ADD: Final = "add_crystal"
PASTE_WIDGET: Final = "paste_widget"
LIBRARY_WIDGET: Final = "library_widget"
LIBRARY_QUERY: Final = "library_query"
LINK_TROUBLE: Final = "link_trouble"
LINK_SEEN: Final = "link_seen"
DRAWN: Final = "picture_drawn"

# Widgets bound to the URL. Each name is a query parameter.
LAYER: Final = "layer"
CELL: Final = "cell"
STYLE: Final = "style"
COLOURS: Final = "colours"
BEYOND: Final = "beyond"
BOUNDARY: Final = "boundary"
COMPLETE: Final = "complete"
REPEAT: Final = ("na", "nb", "nc")
MODULE: Final = "module"
GRAPH: Final = "graph"
BLOCK: Final = "block"
HEAD: Final = "head"
REDUCE: Final = "over"
MEASURE: Final = "scale"
THRESHOLD: Final = "top"
PER_ATOM: Final = "strongest"
AT_LEAST: Final = "least"
ONE_SCALE: Final = "one_scale"
THICKNESS: Final = "thickness"
ATOMS: Final = "atoms"
CONTRIBUTION: Final = "contribution"
ATTENTION_TAB: Final = "tab"
TRACE: Final = "trace"
ALL_BONDS: Final = "all_bonds"
TRIAL: Final = "test"
EFFECT: Final = "effect"
KNOCKOUT: Final = "knockout"
CURVE: Final = "curve"
COMPARED: Final = "compared"
COMPARED_WIDGET: Final = "compared_widget"
COMPARE: Final = "compare"
RESPONSE_OF: Final = "of"
PROPERTY: Final = "property"
STRAIN_MODE: Final = "strain"
STRAIN: Final = "percent"
REPLACED: Final = "replace"
REPLACEMENT: Final = "with"
FACTS: Final = "facts"
MODEL_PROPERTY: Final = "shown"
RADIATION: Final = "xrays"
SORT: Final = "sort"
DESCENDING: Final = "descending"

# The lesson: step, atom and solved steps go into the URL by hand; an answer belongs to
# one question.
STEP: Final = "step"
STEP_WIDGET: Final = "lesson_step"
ATOM: Final = "atom"
ANSWER: Final = "lesson_answer"
SOLVED: Final = "solved"
PROJECTOR: Final = "projector"

# What was clicked; the bond goes into the URL by hand, it belongs to no widget.
BOND: Final = "bond"
SITE: Final = "site"
# Bonds lit by choosing points of a plot.
LIT: Final = "lit"
# Values of settings that the URL names, how it named them, and the page of the last run.
KEPT: Final = "kept_settings"
KEPT_URL: Final = "kept_query"
PAGE: Final = "page"

_MODEL_URL: Final = UrlValue(MODEL)
_CRYSTAL_URL: Final = UrlValue(CRYSTAL, UPLOAD)
_BOND_URL: Final = UrlValue(BOND)
_FRAME_URL: Final = UrlValue(FRAME)

DEFAULT_CRYSTAL: Final = "rock-salt-nacl"
_MOST_DIGITS: Final = 9


def start(library: Collection[str], models: Sequence[str]) -> str | None:
    """Prepare the session and adopt the crystal and the model the URL names.

    Args:
        library: Ids of the named crystals.
        models: Names of the models, the default one first.

    Returns:
        A sentence about unknown names in the URL, or None.
    """
    fallback = DEFAULT_CRYSTAL if DEFAULT_CRYSTAL in library else next(iter(library))
    st.session_state.setdefault(CRYSTAL, fallback)
    st.session_state.setdefault(UPLOADS, {})
    st.session_state.setdefault(FRAMES, {})
    st.session_state.setdefault(UPLOAD_ERRORS, [])
    st.session_state.setdefault(OFFERS, {})
    if model() not in models:
        st.session_state[MODEL] = models[0]
    sentences = [_adopt_model(models), _adopt_crystal(library), _adopt_frame()]
    return " ".join(filter(None, sentences)) or None


def _adopt_model(models: Sequence[str]) -> str | None:
    """Take the model that the URL asks for, or say that it is not here."""
    asked = _MODEL_URL.asked()
    if asked is None:
        return None
    if asked in models:
        st.session_state[MODEL] = asked
        return None
    return f"There is no model called “{asked[:40]}”; {model()} is used instead."


def _adopt_crystal(library: Collection[str]) -> str | None:
    """Show the crystal that the URL asks for, or say that there is none."""
    asked = _CRYSTAL_URL.asked()
    if asked is None:
        return None
    if asked in library or asked in st.session_state[UPLOADS]:
        st.session_state[CRYSTAL] = asked
        # What was clicked in another crystal; the URL may name a bond of this one.
        st.session_state.pop(BOND, None)
        st.session_state.pop(SITE, None)
        st.session_state.pop(LIT, None)
        return None
    if asked.startswith(UPLOADED):
        return (
            "This link points to a file from a session that has ended. Upload the file "
            "again; another crystal is shown."
        )
    return f"The library has no crystal called “{asked[:40]}”; another crystal is shown."


def _adopt_frame() -> str | None:
    """Show the frame that the URL asks for, or say that the file has none such."""
    asked = _FRAME_URL.asked()
    if asked is None:
        return None
    kept = upload()
    numbers = [each.number for each in kept.frames] if kept else []
    if (number := whole_number(asked)) in numbers:
        choose_frame(token(), numbers.index(number))
        return None
    # A crystal that comes with the same link may be gone; that is said already.
    return f"There is no frame “{asked[:40]}” here." if numbers else None


def model() -> str:
    """Return the name of the model that answers."""
    return st.session_state.get(MODEL, DEFAULT_MODEL)


def token() -> str:
    """Return the token of the chosen crystal."""
    return st.session_state[CRYSTAL]


def upload() -> Upload | None:
    """Return the upload that is chosen, or None for a library crystal."""
    return st.session_state[UPLOADS].get(token())


def frame(token_: str) -> int:
    """Return which crystal of an uploaded file is chosen; 0 where there is one."""
    kept = st.session_state[UPLOADS].get(token_)
    chosen = st.session_state[FRAMES].get(token_, kept.first if kept else 0)
    return chosen if kept and chosen < len(kept.frames) else 0


def choose_frame(token_: str, index: int) -> None:
    """Show another crystal of an uploaded file.

    Args:
        token_: The file.
        index: Place among its frames.
    """
    st.session_state[FRAMES][token_] = index
    # Bonds are numbered within a frame.
    select(None, None)


def choose(chosen: str) -> None:
    """Make a crystal the current one and forget what was clicked in the last one."""
    st.session_state[CRYSTAL] = chosen
    select(None, None)


def select(bond: int | None, site: int | None, lit: Iterable[int] = ()) -> None:
    """Remember the clicked bond or atom; what a plot had lit goes out.

    Args:
        bond: The bond, or None.
        site: The atom, or None.
        lit: Bonds to light with the chosen one, such as its equals.
    """
    st.session_state[LIT] = tuple(lit)
    st.session_state[BOND] = bond
    st.session_state[SITE] = site


def selected_bond(count: int) -> int | None:
    """Return the clicked bond, or the one the URL names.

    Args:
        count: Bonds of the crystal; another number in the URL is ignored.
    """
    if BOND not in st.session_state:
        select(whole_number(st.query_params.get(BOND, "")), None)
    bond = st.session_state[BOND]
    if bond is None or not 0 <= bond < count:
        _BOND_URL.write("")
        return None
    _BOND_URL.write(str(bond))
    return bond


def whole_number(text: str) -> int | None:
    """Read a number that somebody may have typed into a URL; None if it is none."""
    known = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if known else None


def light(bonds: Iterable[int]) -> None:
    """Remember the bonds that points of a plot stand for."""
    select(None, selected_site(), bonds)


def lit_bonds(count: int) -> list[int]:
    """Return the bonds to light: those of a plot, or the clicked one.

    Args:
        count: Bonds of the crystal.
    """
    lit = [bond for bond in st.session_state.get(LIT, ()) if bond < count]
    clicked = selected_bond(count)
    return lit or ([] if clicked is None else [clicked])


def selected_site() -> int | None:
    """Return the clicked atom."""
    return st.session_state.get(SITE)


def link_query() -> dict[str, str]:
    """Model and crystal as a URL names them; an upload has a parameter of its own."""
    query = {MODEL: model(), (UPLOAD if upload() else CRYSTAL): token()}
    if (kept := upload()) and kept.frames:
        query[FRAME] = str(kept.frames[frame(token())].number)
    return query


def write_url() -> None:
    """Show the chosen crystal and the model in the URL, where they can be shared."""
    _MODEL_URL.note(model())
    _CRYSTAL_URL.note(token())
    query = link_query()
    _FRAME_URL.note(query.get(FRAME, ""))
    # In one go, and only if something changed: a browser's way back has every change.
    if any(st.query_params.get(name) != value for name, value in query.items()):
        st.query_params.update(query)
    for name in {CRYSTAL, UPLOAD, FRAME} - query.keys():
        st.query_params.pop(name, None)
