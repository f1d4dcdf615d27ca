"""The numbers that most people come for, as four cards over everything else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from crysformer.figures.interval_bar import interval_bar
from crysformer.library.measured import Measured, Quantity
from crysformer.predict.applicability import BY_SYMMETRY
from crysformer.properties.metals import is_metal
from crysformer.properties.table import PROPERTIES
from crysformer.trust.stability import LIKELY, Stability
from crysformer.ui.predict.explained import EXTRAPOLATED, Explained, tag
from crysformer.ui.session.numbers import fixed

_MEASURED = '<span class="tag measured">measured</span>'
_NEARER = (
    "TBmBJ comes nearest to experiment.",
    "Of 12 functionals the modified Becke-Johnson potential was the best on 472 crystals "
    "(Borlido et al., J. Chem. Theory Comput. 15, 5069 (2019)). OptB88vdW and PBE are "
    "semilocal: their gaps come out too small.",
)
_SEMILOCAL = (
    "Measured gaps are mostly larger.",
    "The functional is semilocal, and its gaps come out too small (Borlido et al., J. "
    "Chem. Theory Comput. 15, 5069 (2019)).",
)
_METAL = "A metal: no functional has a gap."
_TWO_ENERGIES = (
    "The two formation energies differ because their references do: JARVIS-DFT uses the "
    "functional OptB88vdW and the elements as it gives them; the Materials Project uses "
    "PBE, with +U for some oxides, and corrects its energies to agree with experiment."
)
_STABILITY = (
    "How often crystals of the Materials Project with such a predicted energy above the "
    "hull lie so near it. Of crystals that somebody made up, fewer are stable."
)
_TENS = 10.0


@dataclass(frozen=True)
class Line:
    """One property of a card.

    Attributes:
        key: The property.
        quantity: What experiments call it, if a measured value may stand beside it.
    """

    key: str
    quantity: Quantity | None = None


_CARDS: Mapping[str, Sequence[Line]] = {
    # The first that a model has is the one in large type.
    "Band gap": (
        Line("mbj_bandgap", "gap"),
        Line("optb88vdw_bandgap", "gap"),
        Line("band_gap_pbe", "gap"),
    ),
    "Formation energy": (
        Line("formation_energy_per_atom"),
        Line("formation_energy_peratom"),
        Line("energy_above_hull"),
    ),
    "Bulk modulus": (Line("bulk_modulus_vrh", "bulk"), Line("bulk_modulus_kv", "bulk")),
    "Shear modulus": (
        Line("shear_modulus_vrh", "shear"),
        Line("shear_modulus_gv", "shear"),
    ),
    "Magnetic moment": (Line("magmom_oszicar"),),
}
_TOGETHER = (
    ("Band gap",),
    ("Formation energy",),
    ("Bulk modulus", "Shear modulus"),
    ("Magnetic moment",),
)


def headline_cards(shown: Explained, measured: Mapping[Quantity, Measured]) -> None:
    """Draw the cards.

    Args:
        shown: The prediction.
        measured: What experiments say of the crystal, by quantity.
    """
    cards = []
    for headings in _TOGETHER:
        parts = [_part(heading, shown, measured) for heading in headings]
        inner = "".join(f"<div>{part}</div>" for part in parts if part)
        if inner:
            cards.append(f'<section class="card">{inner}</section>')
    st.html(f'<div class="cards-frame"><div class="cards">{"".join(cards)}</div></div>')


def _part(heading: str, shown: Explained, measured: Mapping[Quantity, Measured]) -> str:
    title = f"<h2>{escape(heading)}</h2>"
    known = shown.defined()
    lines = [line for line in _CARDS[heading] if line.key in known]
    if not lines:
        return ""
    first = lines[0].key
    item = PROPERTIES[first]
    real = measured.get(lines[0].quantity) if lines[0].quantity else None
    big = (
        f'<p class="big">{escape(shown.value(first))} <small>{escape(item.unit)}</small>'
        f"{_beside(shown, first)}</p>"
    )
    said = "".join(_said(heading, shown, lines))
    if real:
        said += _details("Measured: source", f"{real.source}.")
    return f'{title}{big}<div class="lines">{_lines(shown, lines, real)}</div>{said}'


def _beside(shown: Explained, key: str) -> str:
    """The interval, beside the large number."""
    text = shown.interval(key)
    if text and text != BY_SYMMETRY and not shown.intervals_hold:
        text += f", {EXTRAPOLATED}"
    return f' <span class="range">{escape(text)}</span>' if text else ""


def _lines(shown: Explained, lines: Sequence[Line], real: Measured | None) -> str:
    axis = shown.axis([line.key for line in lines], [real.value] if real else [])
    rows = [
        f"{_name(line.key)}<b>{escape(shown.value(line.key))}</b>"
        f"{shown.bar(line.key, axis)}"
        for line in lines
    ]
    if real:
        digits = 2 if real.value < _TENS else 0
        rows.append(
            f"{_MEASURED}<b>{fixed(real.value, digits)}</b>"
            f"{interval_bar(None, None, axis, measured=real.value)}"
        )
    return "".join(rows)


def _name(key: str) -> str:
    """What a line is called: its source, unless it is another quantity."""
    item = PROPERTIES[key]
    if key == "energy_above_hull":
        return f'<span class="tag" title="{escape(item.source)}">above hull</span>'
    return tag(item)


def _said(heading: str, shown: Explained, lines: Sequence[Line]) -> Iterator[str]:
    """What is to be said below the lines."""
    keys = [line.key for line in lines]
    if heading == "Band gap":
        metal = is_metal(shown.prediction.shown)
        nearer = _NEARER if "mbj_bandgap" in keys else _SEMILOCAL
        yield _note(_METAL) if metal else _details(*nearer)
    if heading == "Formation energy":
        if shown.prediction.stability is not None:
            yield _stability(shown.prediction.stability)
        if {"formation_energy_per_atom", "formation_energy_peratom"} <= set(keys):
            yield _details("Why two energies?", _TWO_ENERGIES)
    if heading == "Magnetic moment":
        atoms = shown.prediction.num_sites
        yield _note(
            f"For the {atoms} atoms of this cell." if atoms > 1 else "For 1 atom."
        )


def _stability(stability: Stability) -> str:
    stable, *_, near = stability.probabilities
    kind = "good" if stable >= LIKELY else "fair" if near >= LIKELY else "bad"
    chances = ", ".join(
        f"{_chance(stability.within(distance))} {words}"
        for distance, words in (
            (0.0, "on the hull"),
            (0.025, "within 25 meV/atom of it"),
            (0.1, "within 100 meV/atom"),
        )
    )
    return (
        f'<p class="note" title="{escape(_STABILITY)}"><span class="verdict {kind}">'
        f"{escape(stability.sentence)}</span> {escape(chances)}.</p>"
    )


def _chance(probability: float) -> str:
    """A probability as a person is told it: never certain."""
    return f"{min(max(100 * probability, 1), 99):.0f} %"


def _details(summary: str, text: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{escape(text)}</details>"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
