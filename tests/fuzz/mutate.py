"""Inputs made of seeds by changes that files meet, and by some that only malice makes."""

import random
import re
from collections.abc import Iterator

_WORDS = [
    *("1e999", "NaN", "-inf", "1e308", "-1e-308", "0", "-0.0", "1e4", "500.1", "9" * 40),
    *(
        "'",
        '"',
        ";",
        "\n;\n",
        "[",
        "{",
        "(",
        "\\",
        "&a",
        "*a",
        "<",
        "<!DOCTYPE",
        "#",
        "!",
    ),
    *("?", ".", "x,y,z", "x-y,x,z+1/3", "1/0", "loop_", "data_", "_atom_site_fract_x"),
    *("F m -3 m", "P 1", "Lattice=", "Direct", "Xx", "D", "Og", "-1", "1000", "65536"),
    *(
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\u0663",
        "\u2212",
        "\ud83d",
        "\t",
        "\r",
        "\x0c",
        "é",
    ),
]
_NUMBER = re.compile(rb"-?\d+\.?\d*(?:[eE][-+]?\d+)?")
_LARGE = 200_000
_HUGE = 4_999_000


def mutants(seeds: dict[str, bytes], seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents without end, the same ones for the same seed."""
    rng = random.Random(seed)
    names = sorted(seeds)
    while True:
        name = rng.choice(names)
        content = seeds[name]
        for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
            content = rng.choice(_CHANGES)(rng, content, seeds)
        yield name, content


def _flip(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 8))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    first, last = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return rng.choice((content[:first], content[:first] + content[last:]))


def _word(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    word = rng.choice(_WORDS).encode("utf-8", "surrogatepass")
    place = rng.randrange(len(content) + 1)
    return content[:place] + word + content[place + rng.choice((0, len(word))) :]


def _number(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    found = list(_NUMBER.finditer(content[:_LARGE]))
    if not found:
        return content
    match = rng.choice(found)
    size = 10 ** rng.uniform(-6, 6) * rng.choice((-1, 1))
    near = float(match[0]) * rng.uniform(0.5, 2.0) + rng.choice((0, 0, 0, 1, -40))
    texts = (f"{near:.5f}", f"{near:.5f}", f"{size:.6g}", f"{size:.0f}")
    text = rng.choice((*texts, rng.choice(_WORDS)))
    text = text.encode("utf-8", "surrogatepass")
    return content[: match.start()] + text + content[match.end() :]


def _digits(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    """Make every number one of as many digits, with and without a point."""
    whole = b"1" * rng.choice((5, 12, 18, 20, 40))
    number = rng.choice((whole, whole, whole + b"." + whole))
    return _NUMBER.sub(number, content) if len(content) < _LARGE else content


def _lines(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    lines = content.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(3)
    if kind == 0:
        del lines[one]
    elif kind == 1:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(one, lines[other])
    return b"\n".join(lines)


def _repeat(rng: random.Random, content: bytes, _: dict[str, bytes]) -> bytes:
    """Repeat a line, a word or some bytes; now and then up to the limit of a file."""
    if len(content) > _LARGE:
        return content
    pieces = content.split(rng.choice((b"\n", b" ")))
    piece = rng.choice(pieces) + rng.choice((b"\n", b" ", b""))
    room = rng.choices((2_000, _LARGE, _HUGE), (80, 18, 2))[0] - len(content)
    many = max(1, room // max(len(piece), 1))
    place = rng.choice((0, content.find(piece), rng.randrange(len(content) + 1)))
    return content[:place] + piece * many + content[place:]


def _splice(rng: random.Random, content: bytes, seeds: dict[str, bytes]) -> bytes:
    other = seeds[rng.choice(sorted(seeds))]
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other)) :]


_CHANGES = (
    _flip,
    _cut,
    _word,
    _word,
    _number,
    _number,
    _number,
    _digits,
    _lines,
    _repeat,
    _splice,
)
