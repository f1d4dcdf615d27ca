"""Which crystals are compared: a list that the session remembers and the URL names."""

from dataclasses import dataclass

import streamlit as st
from pymatgen.util.string import unicodeify

from crysformer.errors import SettingsError
from crysformer.library.catalogue import load_library
from crysformer.structure.cells import CellChoice
from crysformer.ui.compare.sources import FEWEST, MOST
from crysformer.ui.session import answers, state
from crysformer.ui.session.given import UPLOADED
from crysformer.ui.session.text import plain
from crysformer.ui.session.url import UrlValue
from crysformer.ui.shell.picker import crystal_labels

_LETTERS = "ABCD"
_URL = UrlValue(state.COMPARE)


@dataclass(frozen=True)
class Candidate:
    """One of the compared crystals.

    Attributes:
        letter: Its short name on this page.
        name: What people call it; it may come from a file.
        formula: Its formula, which never does.
        crystal: Where to find it, a key for caches.
    """

    letter: str
    name: str
    formula: str
    crystal: answers.Chosen

    @property
    def label(self) -> str:
        """Letter and formula."""
        return f"{self.letter} · {self.formula}"


def choose_crystals() -> list[str]:
    """Draw the list of crystals and return their tokens.

    Raises:
        SettingsError: There are too few.
    """
    trouble = _adopt_url()
    labels = crystal_labels()
    kept = [token for token in st.session_state[state.COMPARED] if token in labels]
    st.session_state[state.COMPARED] = st.session_state[state.COMPARED_WIDGET] = kept
    st.multiselect(
        f"Crystals, {FEWEST} to {MOST}",
        list(labels),
        format_func=labels.__getitem__,
        key=state.COMPARED_WIDGET,
        max_selections=MOST,
        on_change=_take_choice,
        help="The others are compared with the first. Files uploaded on other pages "
        "can be chosen here too.",
        width=520,
    )
    for sentence in trouble:
        st.warning(plain(sentence), icon=":material/link_off:")
    _write_url(kept)
    if len(kept) < FEWEST:
        raise SettingsError(f"Choose at least {FEWEST} crystals to compare.")
    return kept


def candidates(tokens: list[str], cell: CellChoice) -> list[Candidate]:
    """Read the chosen crystals.

    Args:
        tokens: Which ones.
        cell: Unit cell they are described by.
    """
    found = []
    for letter, token in zip(_LETTERS, tokens, strict=False):
        crystal = answers.choice_of(token, cell)
        name = answers.name_of(token)
        formula = answers.structure_of(crystal).composition.reduced_formula
        found.append(Candidate(letter, name, unicodeify(formula), crystal))
    return found


def companion(token: str) -> str:
    """A library crystal worth comparing with a given one.

    Another form of the same substance, else one that is built alike, else any other.
    """
    library = load_library()
    others = [other for name, other in library.items() if name != token]
    if token in library:
        crystal = library[token]
        forms = {tag for tag in crystal.tags if tag.startswith("polymorph:")}
        for alike in (
            lambda other: forms & set(other.tags),
            lambda other: other.prototype == crystal.prototype,
        ):
            for other in others:
                if alike(other):
                    return other.id
    return others[0].id


def _take_choice() -> None:
    st.session_state[state.COMPARED] = st.session_state[state.COMPARED_WIDGET]


def _adopt_url() -> list[str]:
    """Take the crystals that the URL names; return what was wrong with them."""
    first = state.token()
    st.session_state.setdefault(state.COMPARED, [first, companion(first)])
    asked = _URL.asked()
    if asked is None:
        return []
    names = list(dict.fromkeys(name for name in asked.split(",") if name))
    here = crystal_labels()
    known = [name for name in names if name in here]
    gone = [name for name in names if name not in here and name.startswith(UPLOADED)]
    unknown = [f"“{name[:40]}”" for name in names if name not in [*known, *gone]]
    trouble = []
    if gone:
        trouble = ["This link points to files from a session that has ended; left out."]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        trouble.append(
            f"The library has no crystal called {', '.join(unknown[:3])}{more}; left out."
        )
    if len(known) > MOST:
        trouble.append(f"Only the first {MOST} of {len(known)} crystals are compared.")
    st.session_state[state.COMPARED] = known[:MOST]
    return trouble


def _write_url(tokens: list[str]) -> None:
    if any(token.startswith(UPLOADED) for token in tokens):
        st.caption("Uploaded crystals stay in this tab; a link does not carry them.")
    _URL.write(",".join(tokens))
