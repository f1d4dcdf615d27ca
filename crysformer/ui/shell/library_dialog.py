"""The structure library as a dialog: a periodic table, one search box, and cards."""

import base64
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from pymatgen.core import Element
from pymatgen.util.string import unicodeify, unicodeify_spacegroup

from crysformer.library.catalogue import load_library
from crysformer.library.crystal import LibraryCrystal
from crysformer.library.search import correction, find_crystals
from crysformer.picture.palette import Scheme
from crysformer.picture.thumbnail import thumbnail
from crysformer.ui.session import state

PAGE_SIZE = 12
MAX_TEXT = 80
# What a button says, and what it searches for: a tag of the library or a word in it.
FAMILIES = (
    ("Elements", "element"),
    ("Perovskites", "perovskite"),
    ("Spinels", "spinel"),
    ("Garnets", "garnet"),
    ("Heuslers", "heusler"),
    ("MAX phases", "max-phase"),
    ("Layered", "layered"),
    ("Superconductors", "superconductor"),
    ("Batteries", "battery"),
    ("Photovoltaics", "photovoltaic"),
    ("Magnets", "magnet"),
    ("Minerals", "mineral"),
)
_OFFER = "Any crystal can be uploaded or pasted: close this and choose Add crystal."
_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "crysformer_library",
    html='<div class="library"></div>',
    css=(_HERE / "library_dialog.css").read_text(encoding="utf-8"),
    js=(_HERE / "library_dialog.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Query:
    """What is asked of the library.

    Attributes:
        text: What stands in the search box.
        all: Elements that must all be present.
        any: Elements of which one must be present.
        none: Elements that must be absent.
        page: Page of the results, from zero.
    """

    text: str = ""
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    page: int = 0

    @classmethod
    def read(cls, sent: Any) -> "Query":
        """Take what a browser sent, which may be anything, as far as it is a query."""
        if not isinstance(sent, dict):
            return cls()
        known = set(known_elements())
        lists = {
            mode: tuple(symbol for symbol in sent[mode] if symbol in known)
            for mode in ("all", "any", "none")
            if isinstance(sent.get(mode), list)
        }
        page = sent.get("page")
        return cls(
            text=str(sent.get("text", ""))[:MAX_TEXT],
            page=page if isinstance(page, int) and 0 <= page < len(load_library()) else 0,
            **lists,
        )

    def results(self) -> tuple[LibraryCrystal, ...]:
        """Crystals that fit, the best first."""
        return find_crystals(
            all_of=self.all, any_of=self.any, none_of=self.none, text=self.text
        )


@st.dialog("Structure library", width="large", icon=":material/grid_view:")
def library_dialog(choose: Callable[[str], None]) -> None:
    """Let someone find a crystal of the library; the dialog closes with the choice.

    Args:
        choose: Called with the id of the chosen crystal.
    """

    def take_query() -> None:
        sent = st.session_state[state.LIBRARY_WIDGET].query
        st.session_state[state.LIBRARY_QUERY] = Query.read(sent)

    def take_choice() -> None:
        chosen = st.session_state[state.LIBRARY_WIDGET].chosen
        if chosen in load_library():
            choose(chosen)

    query = st.session_state.get(state.LIBRARY_QUERY, Query())
    result = _component(
        key=state.LIBRARY_WIDGET,
        data=picker_data(query, st.session_state.get(state.COLOURS)),
        on_query_change=take_query,
        on_chosen_change=take_choice,
    )
    if result.chosen:
        st.rerun()


def picker_data(query: Query, scheme: Any = None) -> dict[str, Any]:
    """Return everything the dialog shows.

    Args:
        query: What is asked; a page beyond the last one becomes the last.
        scheme: Element colours of the pictures; an unknown name means the first.
    """
    found, meant = query.results(), ""
    if not found and (meant := correction(query.text)):
        found = replace(query, text=meant).results()
    page = min(query.page, max(len(found) - 1, 0) // PAGE_SIZE)
    first = page * PAGE_SIZE
    colours: Scheme = Scheme(scheme) if scheme in list(Scheme) else Scheme.JMOL
    return {
        "elements": _elements(),
        "known": known_elements(),
        "families": FAMILIES,
        "query": asdict(replace(query, page=page)),
        "page": page,
        "first": first,
        "total": len(found),
        "said": _said(query, meant, bool(found)),
        "cards": [
            _card(crystal, colours) for crystal in found[first : first + PAGE_SIZE]
        ],
    }


def _said(query: Query, meant: str, any_found: bool) -> str:
    """What is to be said of a search besides the number of crystals."""
    text, marked = query.text.strip(), query.all or query.any or query.none
    if meant and any_found:
        return f"Nothing is called “{text}”; this is “{meant}”."
    if any_found:
        return ""
    if text and marked:
        reason = f"Nothing called “{text}” has these elements; clear them or the text."
    elif text:
        reason = f"Nothing in the library is called “{text}”, nor has such a formula."
    else:
        reason = "No crystal of the library has these elements; clear one of them."
    return f"{reason} {_OFFER}"


@cache
def known_elements() -> tuple[str, ...]:
    """Symbols of the elements that some crystal of the library holds."""
    crystals = load_library().values()
    return tuple(sorted({symbol for crystal in crystals for symbol in crystal.elements}))


@cache
def _elements() -> list[tuple[str, str]]:
    """Symbol and name of every element, by atomic number."""
    elements = map(Element.from_Z, range(1, 119))
    return [(element.symbol, element.long_name) for element in elements]


def _card(crystal: LibraryCrystal, scheme: Scheme) -> dict[str, str]:
    group = unicodeify_spacegroup(crystal.space_group_symbol)
    return {
        "id": crystal.id,
        "formula": unicodeify(crystal.formula),
        "name": crystal.name,
        "prototype": crystal.prototype,
        "facts": f"{group} ({crystal.space_group})",
        "picture": _picture(crystal.id, scheme),
    }


@st.cache_data(max_entries=600, show_spinner=False)
def _picture(id_: str, scheme: Scheme) -> str:
    """The small picture of a crystal as an address that holds the SVG itself."""
    svg = thumbnail(load_library()[id_].structure(), scheme)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
