"""Many crystals in one go: order, numbers, faults, and the files that come out."""

import io
import json
import zipfile

import numpy as np
import pytest

from crysformer.errors import StructureError
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import answer
from crysformer.screening.screen import screen
from crysformer.screening.sources import find_inputs, opened, unpack
from tests.support.crystal_files import cif as cif_text
from tests.support.crystal_files import group, xyz
from tests.support.random_model import random_checkpoint

CRYSTALS = list(load_library().values())[::4]


# One atom in a cell that is almost all vacuum.
LONELY = json.dumps(
    {
        "lattice": (np.eye(3) * 90).tolist(),
        "frac_coords": [[0, 0, 0], [0, 0, 0.03]],
        "species": ["Na", "Cl"],
    }
).encode()


@pytest.fixture
def predictor():
    return Predictor(random_checkpoint(), "cpu")


def cif(crystal):
    return crystal.structure().to(fmt="cif").encode()


def zipped(*files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "in" / "deep"
    inside.mkdir(parents=True)
    for crystal in CRYSTALS[:3]:
        (inside / f"{crystal.id}.cif").write_bytes(cif(crystal))
    (inside / "notes.txt").write_text("dear diary")
    (inside / ".hidden.cif").write_text("x")
    return tmp_path / "in"


def test_rows_come_in_order_with_the_numbers_of_one_by_one(predictor):
    inputs = [(crystal.id, cif(crystal)) for crystal in CRYSTALS]
    rows = list(screen(inputs, predictor))
    assert [row.file for row in rows] == [crystal.id for crystal in CRYSTALS]
    for crystal, row in zip(CRYSTALS, rows, strict=True):
        alone = predictor.predict([crystal.structure()])[0]
        assert row.formula == alone.formula
        assert row.sites == alone.num_sites
        assert row.space_group == crystal.space_group
        assert row.values == pytest.approx(alone.shown, rel=1e-5, abs=1e-5)
        assert row.error == ""


def test_faults_stop_nothing_and_keep_their_place(predictor):
    good = cif(CRYSTALS[0])
    contents = [
        good,
        b"dear diary",
        good,
        StructureError("gone.cif cannot be opened"),
        LONELY,
        b"",
        good,
    ]
    inputs = [(str(n), content) for n, content in enumerate(contents)]
    rows = list(screen(inputs, predictor, batch_crystals=3))
    assert [row.file for row in rows] == list("0123456")
    assert [row.file for row in rows if row.error] == list("1345")
    assert rows[1].error.startswith("1 is not in a format")
    assert rows[3].error == "gone.cif cannot be opened"
    assert "empty" in rows[4].error
    assert not rows[4].values
    assert rows[6].values == pytest.approx(rows[0].values, rel=1e-5, abs=1e-5)


def test_a_fault_nobody_thought_of_is_one_row(predictor, caplog):
    def refuse_iron(_, given):
        if 26 in given[0].atomic_numbers:
            raise FloatingPointError("boom")

    predictor.model.register_forward_pre_hook(refuse_iron)
    salt, iron = load_library()["rock-salt-nacl"], load_library()["bcc-fe"]
    rows = list(screen([(c.id, cif(c)) for c in (salt, iron, salt)], predictor))
    assert [row.error for row in rows] == [
        "",
        "cannot be predicted (FloatingPointError)",
        "",
    ]
    assert "boom" in caplog.text


def test_results_come_as_they_are_ready_and_stopping_reads_no_further(predictor):
    read = []

    def inputs():
        for crystal in CRYSTALS:
            read.append(crystal.id)
            yield crystal.id, cif(crystal)

    rows = screen(inputs(), predictor, batch_crystals=2)
    next(rows)
    assert len(read) == 2
    rows.close()
    assert len(read) == 2


def test_large_cells_are_predicted_in_small_batches(predictor):
    sizes = []
    predictor.model.register_forward_hook(
        lambda _, __, output: sizes.append(len(output.values))
    )
    salt = cif(load_library()["rock-salt-nacl"])
    list(screen([("a", salt)] * 5, predictor, batch_atoms=10))
    assert sizes == [2, 2, 1]


def test_nothing_in_nothing_out(predictor):
    assert list(screen([], predictor)) == []


def test_unpack_gives_members_or_the_fault():
    content = zipped(("a.cif", b"x"), ("b/c.cif", b"y"))
    assert unpack("z.zip", content) == [("z.zip/a.cif", b"x"), ("z.zip/b/c.cif", b"y")]
    assert unpack("a.cif", b"data_") == [("a.cif", b"data_")]
    ((name, fault),) = unpack("z.zip", content[:-9])
    assert name == "z.zip"
    assert isinstance(fault, StructureError)


def test_inputs_are_files_folders_and_zips(folder, tmp_path):
    (folder / "many.zip").write_bytes(zipped(("a.cif", b"x"), ("b.cif", b"y")))
    (tmp_path / "empty").mkdir()
    paths = [folder, tmp_path / "none.cif", tmp_path / "empty"]
    names = [name.removeprefix(f"{tmp_path}/") for name, _ in opened(find_inputs(paths))]
    ids = sorted(f"in/deep/{crystal.id}.cif" for crystal in CRYSTALS[:3])
    assert names == [
        *ids,
        "in/deep/notes.txt",
        "in/many.zip/a.cif",
        "in/many.zip/b.cif",
        "none.cif",
        "empty",
    ]


def test_a_list_has_a_row_for_each_crystal_and_a_trajectory_for_each_step(predictor):
    salt, iron = (load_library()[key].structure() for key in ("rock-salt-nacl", "bcc-fe"))
    listed = json.dumps([salt.as_dict(), {"lattice": 1}, iron.as_dict()]).encode()
    steps = (xyz("Cs 0 0 0", "Cl 2.8 2.8 2.8") * 2).encode()
    rows = list(screen([("a.json", listed), ("b.xyz", steps)], predictor))
    assert [row.file for row in rows] == [
        "a.json #1",
        "a.json #2",
        "b.xyz #1",
        "b.xyz #2",
    ]
    assert [row.formula for row in rows] == ["NaCl", "Fe", "CsCl", "CsCl"]


def test_warnings_of_a_file_are_in_its_row_and_in_json(predictor):
    header = f"{group('F m -3 m')}\n_cell_volume 160"
    salt = cif_text([("Na1", 0, 0, 0, 1), ("Cl1", 0.5, 0.5, 0.5, 1)], header=header)
    (row,) = screen([("salt.cif", salt.encode())], predictor)
    assert "160 Å³" in row.warnings[0]
    assert answer(row, predictor)["warnings"] == list(row.warnings)
