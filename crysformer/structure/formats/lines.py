"""Lines of words and numbers, as the inputs of most programs are made of."""

from collections.abc import Sequence

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.numbers import parse_number
from crysformer.structure.formats.raw import Species

BOHR = 0.529177210544
"""In Å, CODATA 2022."""

MAX_LINES = 50_000
"""Of one crystal; a thousand atoms with all that programs write of each need fewer."""
MAX_WIDTH = 10_000
"""Characters of a line that are looked at."""
_MAX_WORDS = 500


def numbers(words: Sequence[str], count: int, what: str) -> list[float]:
    """Return the first words as numbers.

    Args:
        words: Of a line.
        count: How many are needed; more may follow.
        what: What they are, for the error.

    Raises:
        StructureError: There are fewer, or one is no number.
    """
    found = []
    for word in words[:count]:
        number = parse_number(word)
        if number is None:
            raise StructureError(
                f"has {word[:20]!r} where a number of {what} should be; correct it"
            )
        found.append(number.value)
    if len(found) < count:
        raise StructureError(
            f"has {len(found)} numbers for {what}, where {count} are needed; "
            "give the whole file"
        )
    return found


def vectors(lines: Sequence[str], what: str = "the cell vectors") -> FloatArray:
    """Return three rows of three numbers.

    Raises:
        StructureError: There are fewer, or one is no number.
    """
    if len(lines) < 3:
        raise StructureError(
            f"has {len(lines)} lines for {what}, where 3 are needed; give the whole file"
        )
    return np.array([numbers(line.split(), 3, what) for line in lines[:3]])


def species(word: str) -> Species:
    """Return what a symbol, an atomic number or a numbered symbol puts on a site."""
    if word.isdecimal() and word.isascii() and len(word) < 5:
        return [(int(word), 1.0)]
    letters = word.rstrip("0123456789")
    return [(letters.capitalize() if letters.isalpha() else word, 1.0)]


def bounded_lines(text: str, most: int = MAX_LINES) -> list[str]:
    """Return the lines of a text, each cut off at `MAX_WIDTH` characters.

    Raises:
        StructureError: There are more than ``most``.
    """
    number = text.count("\n")
    if number > most:
        raise StructureError(
            f"has {number} lines, more than the limit of {most}; keep the cell and atoms"
        )
    return [line[:MAX_WIDTH] for line in text.split("\n")]


def known_lines(text: str, comment: str = "#!") -> list[list[str]]:
    """Return the words of every line that has some, remarks left out.

    Raises:
        StructureError: There are too many lines for one crystal.
    """
    found = []
    for line in bounded_lines(text):
        for sign in comment:
            line = line.partition(sign)[0]
        if words := line.split(maxsplit=_MAX_WORDS)[:_MAX_WORDS]:
            found.append(words)
    return found
