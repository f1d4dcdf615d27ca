"""A process that keeps its heap takes new pages from the system once."""

import subprocess
import sys

import pytest

COUNT_FAULTS = """
import resource, sys
from crysformer.heap import keep_heap

if sys.argv[1] == "kept":
    assert keep_heap()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def step():
    blocks = [bytearray(3_000_000) for _ in range(20)]

step()
before = faults()
for _ in range(5):
    step()
print(faults() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs glibc")
def test_pages_are_taken_once():
    given_back, kept = (
        int(
            subprocess.run(
                [sys.executable, "-c", COUNT_FAULTS, mode],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for mode in ("given back", "kept")
    )
    # Five times 60 MB are 73,000 pages of 4 kB.
    assert given_back > 50_000
    assert kept < 1000
