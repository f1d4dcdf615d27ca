"""Find crystals of the library by elements, formula, name, prototype or space group."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache

from crysformer.errors import LibraryError
from crysformer.library import synonyms
from crysformer.library.catalogue import load_library
from crysformer.library.crystal import LibraryCrystal
from crysformer.library.formula import count_elements, matches

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_STRUKTURBERICHT = re.compile(r"[A-L]\d+")
# A swapped, missing or doubled letter in a word of five letters is still this similar.
_SIMILAR, _SHORTEST = 0.8, 4
_NOT_IN_SYMBOLS = re.compile(r"[\s_\-]")


def find_crystals(
    *,
    all_of: Iterable[str] = (),
    any_of: Iterable[str] = (),
    none_of: Iterable[str] = (),
    formula: str = "",
    prototype: str = "",
    tag: str = "",
    text: str = "",
) -> tuple[LibraryCrystal, ...]:
    """Find the crystals that meet every condition given; without one, all of them.

    Args:
        all_of: Elements that must all be present.
        any_of: Elements of which one must be present.
        none_of: Elements that must be absent.
        formula: A formula in any multiple and order of elements. A, B, C... in this
            order stand for any elements: in AB2O4 the O is oxygen, in AB2C4 it is open.
        prototype: Part of a prototype's name.
        tag: One whole tag.
        text: What a person types into one box, see ``matching``.

    Returns:
        The crystals, in the order of the library; those of a text, the best first.

    Raises:
        LibraryError: The formula cannot be read.
    """
    required, wanted, excluded = frozenset(all_of), frozenset(any_of), frozenset(none_of)
    pattern = count_elements(formula) if formula.strip() else None
    crystals = [
        crystal
        for crystal in load_library().values()
        if required <= crystal.elements
        and (not wanted or wanted & crystal.elements)
        and not excluded & crystal.elements
        and (pattern is None or matches(crystal.composition, pattern))
        and prototype.strip().lower() in crystal.prototype.lower()
        and (not tag.strip() or tag.strip().lower() in map(str.lower, crystal.tags))
    ]
    return tuple(matching(text, crystals))


def matching(text: str, crystals: Sequence[LibraryCrystal]) -> list[LibraryCrystal]:
    """Keep the crystals that a free text means.

    The text may be a formula (Fe2O3, O3 Fe2, ABO3), a space group (225, Fm-3m), or words
    of the name, id, prototype, Strukturbericht symbol or tags, and chemical symbols; it
    may also be another name of a compound (``synonyms``).
    Crystals that it names exactly hide those of which it is only a beginning, so that
    "tin" does not find titanium, and "tit" does.

    Args:
        text: As typed; empty keeps all.
        crystals: Where to search.
    """
    words = text.translate(_SUBSCRIPTS).split()
    if not words:
        return list(crystals)
    called = _of_formula(synonyms.formula_of(text), crystals)
    called += [each for each in crystals if synonyms.is_called(text, each.composition)]
    spelt = synonyms.usual_spelling(text).split()
    exact = called + [
        crystal
        for crystal in crystals
        if _names(crystal, words) or _names(crystal, spelt)
    ]
    # A15 is a structure type, though also fifteen atoms of any element.
    if not (exact and _STRUKTURBERICHT.fullmatch(text.strip())):
        exact = _of_formula("".join(words), crystals) + exact
    if not exact:
        exact = _of_space_group(words, crystals)
    return list(dict.fromkeys(exact)) or [
        crystal for crystal in crystals if _begins(crystal, words)
    ]


def correction(text: str) -> str:
    """Return what may have been meant by words that nothing in the library bears.

    Args:
        text: As typed.

    Returns:
        The text with each unknown word replaced by the most similar known one; empty
        where no word is similar enough, or none is unknown.
    """
    known = _vocabulary()
    words = synonyms.usual_spelling(text).split()
    likely = [
        word
        if word in known
        else next(iter(get_close_matches(word, known, 1, _SIMILAR)), "")
        for word in words
    ]
    return " ".join(likely) if all(likely) and likely != words else ""


@cache
def _vocabulary() -> tuple[str, ...]:
    """Words that crystals are found by; short ones are like too many others."""
    words = {word for crystal in load_library().values() for word in _words(crystal)}
    words |= {word for name in synonyms.COMMON for word in name.split()}
    return tuple(sorted(word for word in words if len(word) >= _SHORTEST))


def _of_formula(text: str, crystals: Sequence[LibraryCrystal]) -> list[LibraryCrystal]:
    try:
        pattern = count_elements(text)
    except LibraryError:
        return []
    return [crystal for crystal in crystals if matches(crystal.composition, pattern)]


def _of_space_group(
    words: Sequence[str], crystals: Sequence[LibraryCrystal]
) -> list[LibraryCrystal]:
    asked = words[0].removeprefix("#")
    if len(words) == 1 and asked.isdecimal():
        return [crystal for crystal in crystals if str(crystal.space_group) == asked]
    asked = _plain_symbol("".join(words))
    # Symbols come from pymatgen, which a search for a name need not import.
    if not re.fullmatch(r"[pabcifr][\w/]{1,7}", asked) or not re.search(r"[1-6m]", asked):
        return []
    return [
        crystal
        for crystal in crystals
        if _plain_symbol(crystal.space_group_symbol) == asked
    ]


def _plain_symbol(symbol: str) -> str:
    """A Hermann-Mauguin symbol as anyone types it: fm3m for Fm-3m, p63/mmc."""
    return _NOT_IN_SYMBOLS.sub("", symbol).lower()


def _names(crystal: LibraryCrystal, words: Iterable[str]) -> bool:
    """Say whether every word is one of the crystal's, whole."""
    return all(
        word in crystal.elements or word.lower() in _words(crystal) for word in words
    )


def _begins(crystal: LibraryCrystal, words: Iterable[str]) -> bool:
    """Say whether a word of the crystal begins with each of the words."""
    return all(
        word in crystal.elements
        or any(own.startswith(word.lower()) for own in _words(crystal))
        for word in words
    )


@cache
def _words(crystal: LibraryCrystal) -> frozenset[str]:
    """The words a crystal is found by, in lower case, hyphenated ones whole as well."""
    texts = (crystal.id, crystal.name, crystal.formula, crystal.prototype, *crystal.tags)
    joined = " ".join(texts).lower()
    return frozenset(re.findall(r"[^\s,;:()]+", joined)) | frozenset(
        re.findall(r"\w+", joined)
    )
