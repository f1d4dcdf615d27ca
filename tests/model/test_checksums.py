"""No file of a model is used that is not as it was written, whatever bit of it moved."""

import shutil
from random import Random

import pytest

from crysformer.errors import WeightsError
from crysformer.evaluation.golden import check_golden, write_golden
from crysformer.evaluation.validation_table import read_validation_table
from crysformer.model import files
from crysformer.model.ablations import read_ablations
from crysformer.model.bundled import bundled_models, read_architecture
from crysformer.model.card import read_card, read_curves
from crysformer.model.checkpoint import load_checkpoint
from crysformer.model.checksums import read_checksums, read_verified, write_checksums
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor
from tests.support.random_model import save_random

NAME = "random"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    root = tmp_path_factory.mktemp("weights")
    save_random(root, NAME)
    write_golden(NAME, root)
    return root


@pytest.fixture
def root(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "weights")


def flipped(content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def flips(content, count, seed):
    """A file with one bit of it changed, so many times."""
    bits = Random(seed).sample(range(8 * len(content)), count)
    return [flipped(content, bit) for bit in bits]


READERS = {
    files.CONFIG: lambda root: read_architecture(NAME, root),
    files.CARD: lambda root: read_card(root / NAME),
    files.CURVES: lambda root: read_curves(root / NAME),
    files.VALIDATION: lambda root: read_validation_table(root / NAME),
    files.ABLATIONS: lambda root: read_ablations(root / NAME),
    files.GOLDEN: lambda root: check_golden(Predictor(NAME, "cpu", root=root), root),
}


@pytest.mark.parametrize(
    ("file", "count"),
    [(files.CONFIG, 120), (files.CARD, 60), (files.CHECKSUMS, 120), (files.TENSORS, 60)],
)
def test_no_flipped_bit_is_loaded(root, file, count):
    path = root / NAME / file
    for unused in READERS.keys() - {files.CONFIG, files.CARD}:
        (root / NAME / unused).unlink()
    write_checksums(root / NAME)
    content = path.read_bytes()
    for changed in flips(content, count, seed=19):
        path.write_bytes(changed)
        with pytest.raises(WeightsError):
            load_checkpoint(NAME, root)
    path.write_bytes(content)
    assert load_checkpoint(NAME, root).name == NAME


@pytest.mark.parametrize("file", READERS)
def test_whoever_reads_a_file_sees_a_flipped_bit(root, file):
    READERS[file](root)
    path = root / NAME / file
    for changed in flips(path.read_bytes(), 3, seed=7):
        path.write_bytes(changed)
        with pytest.raises(WeightsError, match="is damaged: its sha256"):
            READERS[file](root)


def test_a_file_that_nobody_listed_is_not_read(root):
    (root / NAME / files.INTERVALS).write_bytes(b"")
    with pytest.raises(WeightsError, match="does not list intervals"):
        load_checkpoint(NAME, root)


def test_a_listed_file_that_is_gone_is_missed(root):
    (root / NAME / files.GOLDEN).unlink()
    with pytest.raises(WeightsError, match=r"golden\.json .* is not there"):
        load_checkpoint(NAME, root)


def test_a_model_without_checksums_is_told_how_to_get_them(root):
    (root / NAME / files.CHECKSUMS).unlink()
    with pytest.raises(WeightsError, match="sha256sum"):
        load_checkpoint(NAME, root)


def test_the_list_is_that_of_sha256sum(root):
    folder = root / NAME
    (folder / ".hidden").write_text("")
    write_checksums(folder)
    listed = read_checksums(folder)
    assert set(listed) == {path.name for path in folder.iterdir()} - {
        files.CHECKSUMS,
        ".hidden",
    }
    assert read_verified(folder, files.CARD) == (folder / files.CARD).read_bytes()
    first = (folder / files.CHECKSUMS).read_text().splitlines()[0]
    assert first == f"{listed['ablations.csv']}  ablations.csv"


@pytest.mark.parametrize("model", bundled_models())
def test_every_file_of_a_shipped_model_is_listed_and_sound(model):
    folder = weights_folder() / model
    listed = read_checksums(folder)
    there = {path.name for path in folder.iterdir()} - {files.CHECKSUMS}
    assert set(listed) == there
    for name in listed:
        read_verified(folder, name)
