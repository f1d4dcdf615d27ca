"""Crystals that a visitor gives: files, zips and pasted text, kept for the session."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import streamlit as st

from crysformer import structure as structures
from crysformer.errors import CrysformerError, DisorderedError
from crysformer.structure.archive import is_archive, plain_name, read_archive
from crysformer.ui.session import shelf, state
from crysformer.ui.session.given import Upload, token_of
from crysformer.ui.session.pool import pool

# The type alone: the readers import more than a first picture needs.
if TYPE_CHECKING:
    from crysformer.structure.frames import ReadFile

MAX_FILES = 20
MAX_SENTENCES = 5
MAX_OFFERS = 3
_PASTED = "The pasted text"
_READ_HERE: Final = 20_000
"""A file of more bytes is read by a worker process; fewer take milliseconds."""
_READ_S: Final = 60.0

Read = TypeVar("Read")


@dataclass(frozen=True)
class Offer:
    """A disordered crystal of which an ordered approximation can be made.

    Attributes:
        name: What its file is called.
        content: The file as it is.
        reason: What is wrong with it, in a sentence.
    """

    name: str
    content: bytes
    reason: str


def take_files(widget: str) -> None:
    """Keep the crystals of the given files and show the first that is new.

    Args:
        widget: Key of the upload widget that has them.
    """
    files = st.session_state[widget] or []
    given: list[tuple[str, bytes]] = []
    sentences: list[str] = []
    for file in files[:MAX_FILES]:
        called = plain_name(file.name)
        try:
            members = _members(called, file.getvalue())
        except CrysformerError as error:
            sentences.append(str(error))
            continue
        if len(members) > shelf.MAX_UPLOADS:
            sentences.append(
                f"Only the first {shelf.MAX_UPLOADS} of the {len(members)} files in "
                f"{called} were read."
            )
        for name, content in members[: shelf.MAX_UPLOADS]:
            if isinstance(content, bytes):
                given.append((name, content))
            else:
                sentences.append(str(content))
    if len(files) > MAX_FILES:
        sentences.append(f"Only the first {MAX_FILES} of {len(files)} files were read.")
    _keep(given, sentences)


def _members(name: str, content: bytes) -> list[tuple[str, bytes | CrysformerError]]:
    """What a file holds: itself, or the files of a zip."""
    return read_archive(content, name) if is_archive(content) else [(name, content)]


def take_text() -> None:
    """Keep the crystal of the pasted text and show it."""
    text: str = st.session_state[state.PASTE_WIDGET]
    _keep([(_PASTED, text.encode())], [])


def take_file(name: str, content: bytes) -> None:
    """Keep the crystal of one file and show it."""
    _keep([(plain_name(name), content)], [])


def take_approximation(name: str, content: bytes) -> None:
    """Keep an ordered approximation of a disordered crystal and show it.

    Args:
        name: What its file is called.
        content: The file as it is.
    """
    offers: dict[str, Offer] = st.session_state[state.OFFERS]
    offers.pop(token_of(content), None)
    try:
        found = _elsewhere(structures.ordering.ordered_approximation, content, name)
    except CrysformerError as error:
        st.session_state[state.UPLOAD_ERRORS] = [str(error)]
        return
    token = token_of(content, found.note)
    name = f"{name} {structures.ordering.APPROXIMATED}"
    upload = Upload(name, found.structure, len(content), found.note, found.warnings)
    shelf.keep(token, upload)
    state.choose(token)
    st.session_state[state.UPLOAD_ERRORS] = []


def _read(content: bytes, name: str) -> "ReadFile":
    """Read a file, a large one in a worker process, which its deadline can end."""
    if len(content) <= _READ_HERE:
        return structures.frames.read_frames(content, name)
    return _elsewhere(structures.frames.read_frames, content, name)


def _elsewhere(read: Callable[[bytes, str], Read], content: bytes, name: str) -> Read:
    """Read in a worker process; a click meanwhile must not lose the file, so it waits."""
    key = (read.__name__, token_of(content), name)
    return pool().submit(read, content, name, deadline=_READ_S, key=key).result()


def _keep(given: list[tuple[str, bytes]], sentences: list[str]) -> None:
    """Keep readable crystals, choose the first new one, and say what was wrong.

    Args:
        given: Names and contents.
        sentences: What is already known to be wrong.
    """
    known = set(st.session_state[state.UPLOADS])
    offers: dict[str, Offer] = {}
    tokens = []
    for name, content in given:
        kept = token_of(content)
        # The upload widget hands over all its files again when one is added.
        if kept not in st.session_state[state.UPLOADS]:
            try:
                # The readers, loaded here, import half of pymatgen.
                read = _read(content, name)
            except CrysformerError as error:
                if isinstance(error, DisorderedError) and len(offers) < MAX_OFFERS:
                    offers[kept] = Offer(name, content, str(error))
                else:
                    sentences.append(str(error))
                continue
            structure = read.crystal.structure
            if name == _PASTED:
                name = f"Pasted {structure.composition.reduced_formula}"
            warnings = read.warnings if read.frames else read.crystal.warnings
            upload = Upload(
                name,
                structure,
                len(content),
                warnings=warnings,
                frames=read.frames,
                first=read.first,
            )
            shelf.keep(kept, upload)
        tokens.append(kept)
    # A large set may have pushed out its own first crystals.
    left = [kept for kept in tokens if kept in st.session_state[state.UPLOADS]]
    new = [kept for kept in left if kept not in known]
    if left:
        state.choose((new or left[-1:])[0])
    more = len(sentences) - MAX_SENTENCES
    if more > 0:
        files = "1 more file" if more == 1 else f"{more} more files"
        sentences[MAX_SENTENCES:] = [f"{files} could not be read."]
    st.session_state[state.UPLOAD_ERRORS] = sentences
    st.session_state[state.OFFERS] = offers
    st.session_state[state.ADD] = False


def forget_errors() -> None:
    """Forget what was wrong with the last files, and what could be made of them."""
    st.session_state[state.UPLOAD_ERRORS] = []
    st.session_state[state.OFFERS] = {}
