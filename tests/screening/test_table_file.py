"""The file of a table: whose it may replace, who may write it, what a stop leaves."""

import json

import pytest

from crysformer.errors import SettingsError
from crysformer.screening.table_file import open_table

HEADER = "file,formula,space_group,sites,gap,error\n"
UNITS = {"model": "m", "columns": {}}
ROWS = ["a.cif,Si,227,2,1.5,\n", '"b ""1"",\n.cif",,,,,no\n', "c.cif,Si,227,2,1.5,\n"]


def written(out, rows, *, resume=False, units=UNITS, end=None):
    with open_table(out, HEADER, units, resume=resume) as table:
        for row in rows:
            table.write(row)
        if end:
            raise end
    return table


def stopped(out, rows, **options):
    with pytest.raises(KeyboardInterrupt):
        written(out, rows, end=KeyboardInterrupt, **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def out(tmp_path):
    return tmp_path / "t.csv"


def test_a_table_and_its_units_are_all_that_is_left(out):
    written(out, ROWS)
    assert out.read_text() == HEADER + "".join(ROWS)
    assert json.loads(out.with_name("t.units.json").read_text()) == UNITS
    assert names(out.parent) == ["t.csv", "t.units.json"]


def test_the_units_are_there_before_the_first_row_and_the_table_after_the_last(out):
    with open_table(out, HEADER, UNITS, resume=False) as table:
        assert out.with_name("t.units.json").exists()
        table.write(ROWS[0])
        assert out.with_name("t.csv.part").read_text() == HEADER + ROWS[0]
        assert not out.exists()


@pytest.mark.parametrize("name", ["t.csv", "t.csv.part", "t.units.json"])
@pytest.mark.parametrize("content", ["data_NaCl\n", "", "{}", "[1]", "file,formula\n"])
def test_what_is_not_of_this_command_stays_as_it_is(out, name, content):
    other = out.with_name(name)
    other.write_text(content)
    for resume in (False, True):
        with pytest.raises(SettingsError, match=rf"{name} is (there|not)"):
            written(out, ROWS, resume=resume)
    assert other.read_text() == content
    assert names(out.parent) == [name]


def test_a_table_of_an_earlier_run_is_replaced_when_the_new_one_is_complete(out):
    written(out, ROWS)
    stopped(out, ROWS[:1])
    assert out.read_text() == HEADER + "".join(ROWS)
    with pytest.raises(SettingsError, match="1 rows of a run that was stopped"):
        written(out, ROWS[:2])
    table = written(out, ROWS[1:2], resume=True)
    assert table.done == {"a.cif": 1}
    assert out.read_text() == HEADER + "".join(ROWS[:2])
    assert names(out.parent) == ["t.csv", "t.units.json"]


def test_a_stopped_run_leaves_its_rows_in_place_and_resumes(out):
    stopped(out, ROWS[:2])
    assert out.read_text() == HEADER + "".join(ROWS[:2])
    table = written(out, ROWS[2:], resume=True)
    assert table.done == {"a.cif": 1, 'b "1",\n.cif': 1}
    assert table.failed == 1
    assert out.read_text() == HEADER + "".join(ROWS)


@pytest.mark.parametrize("left", range(len(ROWS[0]) + 1, len("".join(ROWS[:2]))))
def test_a_row_torn_by_a_killed_process_is_done_again(out, left):
    part = out.with_name("t.csv.part")
    part.write_text(HEADER + "".join(ROWS)[:left])
    written(out, ROWS[1:], resume=True)
    assert out.read_text() == HEADER + "".join(ROWS)


def test_other_columns_and_other_models_are_not_mixed(out):
    written(out, ROWS)
    before = out.read_text()
    with pytest.raises(SettingsError, match=r"not of a table by the model n"):
        written(out, ROWS, units={"model": "n", "columns": {}})
    out.with_name("t.units.json").unlink()
    out.write_text(before.replace(",gap,", ",other,"))
    with pytest.raises(SettingsError, match="columns of another model"):
        written(out, ROWS, resume=True)


def test_a_second_run_is_refused_until_the_first_has_ended(out):
    with open_table(out, HEADER, UNITS, resume=False):
        with pytest.raises(SettingsError, match="Another run is writing"):
            written(out, ROWS)
        link = out.with_name("link.csv")
        link.symlink_to(out)
        with pytest.raises(SettingsError, match="Another run is writing"):
            written(link, ROWS)
    written(out, ROWS)


def test_a_link_stays_a_link(out):
    target = out.with_name("other.csv")
    out.symlink_to(target)
    written(out, ROWS)
    assert out.is_symlink()
    assert target.read_text() == HEADER + "".join(ROWS)
    assert out.parent.joinpath("other.units.json").exists()


def test_a_fault_of_ours_leaves_the_rows_to_resume(out):
    with pytest.raises(ZeroDivisionError):
        written(out, ROWS[:1], end=ZeroDivisionError)
    assert not out.exists()
    assert written(out, ROWS[1:], resume=True).done == {"a.cif": 1}
