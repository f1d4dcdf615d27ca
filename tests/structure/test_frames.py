"""Files with many crystals: which frames there are, and which one comes first."""

from itertools import pairwise

import pytest

from crysformer.errors import StructureError
from crysformer.structure.frames import MAX_FRAMES, read_frames
from crysformer.structure.read import read_crystal
from tests.support.crystal_files import cif, sentence, xyz

GOOD = xyz("Cs 0 0 0", "Cl 2 2 2")


def step(shift):
    return xyz("Cs 0 0 0", f"Cl 2 2 {2 + shift}")


def trajectory(count):
    return "".join(step(0.001 * k) for k in range(count)).encode()


def test_the_steps_of_a_run_are_frames_and_the_last_comes_first():
    read = read_frames(trajectory(5), "run.xyz")
    assert [frame.number for frame in read.frames] == [1, 2, 3, 4, 5]
    assert read.first == 4
    heights = [frame.structure().cart_coords[1, 2] for frame in read.frames]
    assert heights == pytest.approx([2.0, 2.001, 2.002, 2.003, 2.004])
    assert read.crystal.structure == read_crystal(trajectory(5)).structure
    assert read.warnings == ()


def test_blocks_of_a_cif_keep_their_names_and_the_first_comes_first():
    blocks = [cif([("Na1", 0, 0, 0, 1)]), cif([("K1", 0, 0, 0, 1)])]
    text = "\n".join(
        block.replace("data_", f"data_{name}", 1)
        for name, block in zip(("sodium", "potassium"), blocks, strict=True)
    )
    read = read_frames(text.encode(), "two.cif")
    assert read.first == 0
    assert [frame.structure().formula for frame in read.frames] == ["Na1", "K1"]
    assert "potassium" in read.frames[1].name


def test_a_file_of_one_crystal_has_no_frames():
    read = read_frames(GOOD.encode(), "one.xyz")
    assert read.frames == ()
    assert read.crystal.structure.composition.reduced_formula == "CsCl"


def test_too_many_frames_are_spread_evenly_and_that_is_said():
    read = read_frames(trajectory(3 * MAX_FRAMES), "long.xyz")
    numbers = [frame.number for frame in read.frames]
    assert len(numbers) == MAX_FRAMES
    assert (numbers[0], numbers[-1]) == (1, 3 * MAX_FRAMES)
    gaps = {b - a for a, b in pairwise(numbers)}
    assert gaps <= {3, 4}
    assert f"holds {3 * MAX_FRAMES} crystals" in read.warnings[0]


def test_a_frame_that_cannot_be_read_is_said_and_the_others_stay():
    read = read_frames((GOOD + xyz("Cs 0 0 0", "Cl 0 0 0") + GOOD).encode(), "run.xyz")
    assert [frame.number for frame in read.frames] == [1, 3]
    assert "1 of its crystals could not be read" in read.warnings[0]
    assert "#2" in read.warnings[0]


def test_a_file_without_any_readable_crystal_is_refused():
    bad = xyz("Cs 0 0 0", "Cl 0 0 0")
    assert "#1" in sentence(lambda: read_frames((bad + bad).encode(), "bad.xyz"))
    with pytest.raises(StructureError):
        read_frames(b"dear diary", "notes.txt")
