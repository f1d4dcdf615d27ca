"""Read a chemical formula as counts of elements, and match one against a pattern."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from math import gcd
from string import ascii_uppercase

from crysformer.errors import LibraryError

_TOKEN = re.compile(r"([A-Z][a-z]?)(\d*)|(\()|\)(\d*)")


def count_elements(formula: str) -> dict[str, int]:
    """Count the symbols of a formula, brackets included, in order of appearance.

    Args:
        formula: Such as NaCl or Mg(OH)2; capitals alone may stand for any element.

    Raises:
        LibraryError: It cannot be read as a formula.
    """
    formula = formula.strip()
    groups: list[Counter[str]] = [Counter()]
    end = 0
    for token in _TOKEN.finditer(formula):
        if token.start() != end:
            break
        end = token.end()
        symbol, count, opening, times = token.groups()
        if symbol:
            groups[-1][symbol] += int(count or 1)
        elif opening:
            groups.append(Counter())
        elif len(groups) > 1:
            inner = groups.pop()
            groups[-1].update({s: n * int(times or 1) for s, n in inner.items()})
        else:
            break
    counts = dict(groups[0])
    if end != len(formula) or len(groups) > 1 or not all(counts.values()) or not counts:
        raise LibraryError(
            f"'{formula[:60]}' cannot be read as a formula. "
            "Write it like NaCl, Mg(OH)2, or ABO3 with A, B, C... for any element."
        )
    return counts


def reduced(counts: Mapping[str, int]) -> dict[str, int]:
    """Divide counts by what all of them share."""
    divisor = reduce(gcd, counts.values())
    return {symbol: count // divisor for symbol, count in counts.items()}


def matches(composition: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    """Say whether a reduced composition fits a formula that may hold wildcards.

    Args:
        composition: Atoms of each element, reduced.
        counts: Of ``count_elements``. A, B, C... in this order stand for any elements:
            in AB2O4 the O is oxygen, in AB2C4 it is open.
    """
    pattern = reduced(counts)
    # A is no element, so a formula with a bare A means wildcards: A, B, C as far as
    # they follow each other. In ABO3 the O comes out of turn and stays oxygen.
    wildcards: list[str] = []
    for symbol in pattern:
        if symbol == ascii_uppercase[len(wildcards)]:
            wildcards.append(symbol)
    literal = {s: n for s, n in pattern.items() if s not in wildcards}
    if any(composition.get(symbol) != count for symbol, count in literal.items()):
        return False
    rest = sorted(count for symbol, count in composition.items() if symbol not in literal)
    return rest == sorted(pattern[symbol] for symbol in wildcards)
