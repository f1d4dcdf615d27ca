"""A short run of the fuzzer with a fixed seed; `make fuzz` is the long one."""

import os
import threading
from itertools import islice

import pytest

from crysformer.errors import StructureError
from crysformer.structure.read import read_crystal, read_file
from tests.fuzz.corpus import HOSTILE, NACL, seeds
from tests.fuzz.judge import check_sentence, judge
from tests.fuzz.large import grown
from tests.fuzz.mutate import mutants
from tests.support.crystal_files import cif, group, poscar

SEEDS = seeds()
PORTION = 60


@pytest.mark.parametrize("name", HOSTILE)
def test_what_once_did_harm_does_none(name):
    judge(name, SEEDS[name])


def test_every_seed_passes():
    outcomes = [judge(name, content) for name, content in SEEDS.items()]
    assert outcomes.count("read") > 0.7 * len(outcomes)


@pytest.mark.parametrize("portion", range(5))
def test_mutants_give_a_crystal_or_a_sentence(portion):
    found = [
        judge(name, content)
        for name, content in islice(mutants(SEEDS, seed=portion), PORTION)
        if len(content) < 300_000  # Larger ones are for the long run.
    ]
    assert {"read", "refused"} <= set(found)


@pytest.mark.parametrize("first", range(3))
def test_files_that_have_grown_give_a_crystal_or_a_sentence(first):
    """Of 50 kB; ``python -m tests.fuzz.large`` takes the 5 MB that are the limit."""
    texts = [text for name, text in SEEDS.items() if "zip" not in name and text.strip()]
    for text in islice(texts, first, None, 9):
        for _, content in grown(text, len(text) + 50_000):
            judge("grown", content)


def test_the_same_seed_gives_the_same_inputs():
    first, again = (list(islice(mutants(SEEDS, seed=3), 20)) for _ in range(2))
    assert first == again
    assert first != list(islice(mutants(SEEDS, seed=4), 20))


@pytest.mark.parametrize(
    "text",
    [
        cif(NACL, header=group("\x1b[31mF m -3 m " + "\u202eQ" * 300)),
        cif([("\x1b]0;title\x07", 0, 0, 0, 1)]),
        poscar(names="Na\x1b[2J" + "x" * 999 + " Cl\n"),
        poscar(mode="\x1b[31m" * 400),
        '{"lattice": "\\u001b[31m' + "a" * 400 + '", "sites": []}',
    ],
)
def test_a_message_is_short_and_does_nothing_to_a_terminal(text):
    with pytest.raises(StructureError) as caught:
        read_crystal(text, "\x1b[31m" + "n" * 500)
    check_sentence(str(caught.value), text.encode())
    assert len(str(caught.value)) < 500


def test_a_pipe_and_a_device_are_no_files(tmp_path):
    pipe = tmp_path / "a.cif"
    os.mkfifo(pipe)
    said = []

    def read():
        with pytest.raises(StructureError) as caught:
            read_file(pipe)
        said.append(str(caught.value))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert "a pipe or a device" in said[0]
    with pytest.raises(StructureError, match="a pipe or a device"):
        read_file("/dev/zero")
