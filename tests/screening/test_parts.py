"""The folder of a table in parts: what it refuses, and parts whose process was ended."""

import pandas as pd
import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import shown_keys, units
from crysformer.screening.parts import PartFolder, digest
from crysformer.screening.sources import find_inputs
from crysformer.screening.workers import KILLED
from tests.support.random_model import random_checkpoint

CRYSTALS = [crystal.structure() for crystal in list(load_library().values())[:40:10]]
FILES = [(f"{n}.cif", each.to(fmt="cif").encode()) for n, each in enumerate(CRYSTALS)]


@pytest.fixture(scope="module")
def predictor():
    return Predictor(random_checkpoint(), "cpu")


@pytest.fixture
def folder(tmp_path) -> PartFolder:
    return PartFolder(tmp_path / "table")


def test_a_part_has_the_columns_of_the_table_even_where_all_failed(folder, predictor):
    with folder.opened({"model": "a"}, units(predictor), resume=False):
        assert folder.fill("one", FILES, predictor, order=False) == (4, 0)
        assert folder.fill("two", [("x", b"diary")], predictor, order=False) == (1, 1)
        assert folder.fill("two", [], predictor, order=False) == (1, 1)  # it is there
    frame = pd.read_parquet(folder.path)
    assert frame["file"].tolist() == [*(name for name, _ in FILES), "x"]
    assert frame["sites"].isna().tolist() == [False] * 4 + [True]
    for key in shown_keys(predictor):
        assert frame[key].notna().sum() <= 4
    assert folder.done() == {"one": (4, 0), "two": (1, 1)}


def test_what_else_is_in_a_folder_stays(folder, predictor):
    folder.path.mkdir()
    (folder.path / "thesis.tex").write_text("x")
    with (
        pytest.raises(SettingsError, match="holds other files"),
        folder.opened({}, {}, resume=True),
    ):
        pass
    assert [item.name for item in folder.path.iterdir() if item.name != "_lock"] == [
        "thesis.tex"
    ]


def test_a_table_goes_on_only_as_it_began(folder):
    second = PartFolder(folder.path).opened({"model": "a"}, {}, resume=True)
    with (
        folder.opened({"model": "a"}, {}, resume=False),
        pytest.raises(SettingsError, match="Another run"),
    ):
        second.__enter__()
    for run, resume, said in (
        ({"model": "a"}, False, "add --resume"),
        ({"model": "b"}, True, "begun with another model"),
    ):
        with (
            pytest.raises(SettingsError, match=said),
            folder.opened(run, {}, resume=resume),
        ):
            pass
    with folder.opened({"model": "a"}, {}, resume=True):
        pass


def test_other_files_are_another_run(tmp_path):
    (tmp_path / "a.cif").write_text("x")
    before = digest(find_inputs([tmp_path]))
    assert digest(find_inputs([tmp_path])) == before
    (tmp_path / "a.cif").write_text("xx")
    assert digest(find_inputs([tmp_path])) != before


def test_a_crystal_that_ends_its_process_each_time_is_one_row(
    folder, predictor, monkeypatch
):
    """As an actor that is started again: three ends, and the part is there."""

    def deadly(inputs, *_, **__):
        if any(name == "2.cif" for name, _ in inputs):
            raise SystemExit
        return screened(inputs, predictor)

    from crysformer.screening import parts

    screened = parts.screen
    monkeypatch.setattr(parts, "screen", deadly)
    with folder.opened({}, {}, resume=False):
        for _ in range(3):
            with pytest.raises(SystemExit):
                folder.fill("one", FILES, predictor, order=False)
        assert folder.fill("one", FILES, predictor, order=False) == (4, 1)
    frame = pd.read_parquet(folder.path)
    assert frame["file"].tolist() == [name for name, _ in FILES]
    assert frame["error"].tolist() == ["", "", KILLED, ""]
