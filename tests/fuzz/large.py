"""Files of 5 MB, the largest that are read: python -m tests.fuzz.large.

Every seed is made large in each way that a file of its format can be large, and damaged
once it is. Processor time and memory of each are measured in a process of its own.
"""

import argparse
import gzip
import multiprocessing
import random
import sys
from collections.abc import Iterator

from tests.fuzz.__main__ import MAX_MEGABYTES, MAX_SECONDS, measured
from tests.fuzz.corpus import seeds
from tests.support.zips import packed

SIZE = 4_990_000


def grown(text: bytes, size: int = SIZE) -> Iterator[tuple[str, bytes]]:
    """Yield ways in which a text grows to a size, and damages of the results.

    Args:
        text: A seed of a few hundred or thousand bytes.
        size: Bytes of what is yielded, roughly.
    """
    rng = random.Random(len(text))
    lines = text.splitlines(keepends=True)
    middle, last = lines[len(lines) // 2], lines[-1].rstrip(b"\r\n") + b"\n"
    words = middle.split() or [b"0"]
    room = size - len(text)
    whole = (text.rstrip(b"\r\n") + b"\n") * (room // len(text))
    flipped = bytearray(whole)
    for _ in range(100):
        flipped[rng.randrange(len(flipped))] = rng.randrange(256)
    yield "repeated", whole
    yield "repeated and cut", whole[: 2 * size // 3]
    yield "repeated and flipped", bytes(flipped)
    yield "more rows", text + last * (room // len(last))
    yield "rows in the middle", text.replace(middle, middle * (room // len(middle)), 1)
    wide = b" ".join(words * (room // (len(b" ".join(words)) + 1)))
    yield "wide row", text.replace(middle, wide + b"\n", 1)
    yield "long number", text.replace(words[-1], words[-1] + b"1" * room, 1)
    yield "blanks", text.replace(middle, b" " * room + middle, 1)
    yield "blank lines", text + b"\n" * room


def packages(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield archives and packed files of about 5 MB, whole and damaged."""
    rng = random.Random(0)
    # A remark of random letters: what can be packed 200 times is refused unread.
    remark = b"# " + bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz", k=4_000)) + b"\n"
    member = text + remark
    many = [(f"{number}.cif", member) for number in range(1_000)]
    for name, content in (
        ("gzip", gzip.compress(text + remark * (SIZE // len(remark)), mtime=0)),
        ("gzip of noise", gzip.compress(rng.randbytes(SIZE - 10_000), mtime=0)),
        ("zip of many", packed(*many)),
        ("zip of one", packed(("a.cif", text + rng.randbytes(SIZE - 50_000)))),
    ):
        yield name, content
        yield f"{name}, cut", content[: len(content) // 2]
        flipped = bytearray(content)
        for _ in range(20):
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        yield f"{name}, flipped", bytes(flipped)


def inputs() -> Iterator[tuple[str, bytes]]:
    """Yield every large file with what it is."""
    texts = {name: text for name, text in seeds().items() if "zip" not in name}
    for name, text in texts.items():
        if text.strip():
            for way, content in grown(text):
                yield f"{name}: {way}", content
    yield from packages(texts["CIF of all atoms"])


def main() -> int:
    """Measure, print what is beyond the limits and the costliest, return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of the names of seeds")
    options = parser.parse_args()
    chosen = ((name, text) for name, text in inputs() if options.only in name)
    found = []
    # A process for each: what one input leaves behind is gone with it.
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        for name, outcome, seconds, megabytes in pool.imap(_one, chosen):
            found.append((name, seconds, megabytes))
            if outcome not in ("read", "refused", "archive"):
                print(f"{name}: {outcome} {seconds:.2f} s {megabytes:.0f} MB", flush=True)
    for column, unit in ((1, "s"), (2, "MB")):
        for name, *costs in sorted(found, key=lambda row: -row[column])[:5]:
            print(f"{costs[column - 1]:.2f} {unit}  {name}")
    slow = [row for row in found if row[1] > MAX_SECONDS or row[2] > MAX_MEGABYTES]
    print(f"{len(found)} inputs, {len(slow)} beyond the limits")
    return 1 if slow else 0


def _one(named: tuple[str, bytes]) -> tuple[str, str, float, float]:
    name, content = named
    return name, *measured("large", content)


if __name__ == "__main__":
    sys.exit(main())
