"""Numbers as the app writes them, read back."""

import re

_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER = re.compile(r"(\d+) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?<=by at most )0\b|(?<=and )0\b")


def powers_of_ten(text):
    """Numerical errors in a sentence, in order; none at all is 0."""
    return [
        float(f"{found[1]}e{found[2].translate(_PLAIN)}") if found[1] else 0.0
        for found in _POWER.finditer(text)
    ]
