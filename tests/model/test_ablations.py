"""Errors without a part of the network, from a table worked out by hand."""

import pytest

from crysformer.errors import WeightsError
from crysformer.figures.model import errors_without
from crysformer.model.ablations import (
    COLUMNS,
    ablations,
    read_ablations,
    seed_difference,
)
from crysformer.model.checksums import write_checksums
from crysformer.model.files import ABLATIONS

ROWS = [
    ("", 0, "mbj_bandgap", 0.19),
    ("", 1, "mbj_bandgap", 0.21),
    ("", 0, "max_efg", 20.0),
    ("", 1, "max_efg", 20.0),
    ("", 0, "ehull", 0.1),
    ("line_graph", 0, "max_efg", 22.0),
    ("line_graph", 0, "mbj_bandgap", 0.26),
    ("line_graph", 0, "ehull", 5.0),
    ("cross", 0, "mbj_bandgap", 0.19),
    ("cross", 0, "max_efg", 20.0),
]


def write(folder, rows):
    lines = [",".join(COLUMNS)]
    lines += [f"{part},{seed},12000,8,{key},300,{mae}" for part, seed, key, mae in rows]
    keep(folder, "\n".join(lines) + "\n")


def keep(folder, content):
    (folder / ABLATIONS).write_text(content)
    write_checksums(folder)


def test_errors_are_compared_with_the_mean_over_seeds(tmp_path):
    write(tmp_path, ROWS)
    table = read_ablations(tmp_path)
    found = ablations(table, "mbj_bandgap")
    assert [row.name for row in found] == [
        "Full network",
        "No cross-attention",
        "No line graph",
    ]
    whole, cross, line = found
    assert (whole.mae, whole.change) == (pytest.approx(0.2), 0.0)
    assert cross.change == pytest.approx(-0.05)
    assert line.change == pytest.approx(0.3)
    # Of the shown properties: 30 % and 10 %; what is never shown does not count.
    assert line.mean_change == pytest.approx(0.2)
    seeds = seed_difference(table)
    assert seeds.to_dict() == {"max_efg": 0.0, "mbj_bandgap": pytest.approx(0.1)}
    bars = errors_without(found, "Band gap (eV)").data[0]
    assert list(bars.x) == [line.mae, cross.mae, whole.mae]
    assert bars.y[-1] == "Full network"


def test_a_property_without_rows_has_nothing_to_say(tmp_path):
    write(tmp_path, ROWS)
    assert ablations(read_ablations(tmp_path), "slme") == []
    assert read_ablations(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    "content",
    [
        "nonsense",
        ",".join(COLUMNS) + "\nheads,0,12000,8,slme,300,4.0\n",
        ",".join(COLUMNS) + "\ncross,0,12000,8,slme,300,4.0\n",
        ",".join(COLUMNS) + "\n,0,12000,8,colour,300,4.0\n",
        ",".join(COLUMNS) + "\n,0,12000,8,slme,300,much\n",
        ",".join(COLUMNS) + "\n,0,many,8,slme,300,4.0\n",
        ",".join(COLUMNS)
        + "\n,0,12000,8,slme,300,4.0\n,0,12000,8,max_efg,300,9"
        + "\ncross,0,12000,8,slme,300,4\n",
    ],
)
def test_a_damaged_table_is_named(tmp_path, content):
    keep(tmp_path, content)
    with pytest.raises(WeightsError, match="ablations of model"):
        read_ablations(tmp_path)
