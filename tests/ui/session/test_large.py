"""Large cells are described by a worker process, which gets and returns copies."""

import pickle

import pytest
from pymatgen.core import Structure

from crysformer.description.summary import crystal_facts
from crysformer.library.catalogue import get_crystal
from crysformer.structure.write import FORMATS
from crysformer.ui.session import large
from tests.support.pages import app, tables, upload


@pytest.fixture
def asked(monkeypatch):
    """What is asked of the pool; answers go through pickle, as from a process."""
    names = []

    def computed(key, function, *arguments, deadline, doing):
        names.append(function.__qualname__)
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        return pickle.loads(pickle.dumps(function(*arguments)))

    monkeypatch.setattr(large, "computed", computed)
    return names


def cells(count: int) -> Structure:
    return get_crystal("rock-salt-nacl").structure().make_supercell([count, 3, 3])


def test_small_cells_are_described_here(asked):
    assert large.described(cells(2), "two", crystal_facts).sites == 144
    assert asked == []


def test_large_cells_are_described_elsewhere(asked):
    assert large.described(cells(3), "three", crystal_facts).sites == 216
    assert asked == ["crystal_facts"]


def test_predict_leaves_a_large_cell_to_workers(asked):
    test = app()
    upload(test, "many.vasp", FORMATS["POSCAR"].write(cells(3)).encode())
    assert not test.exception
    assert {"crystal_facts", "CrystalGraph.of", "prototype_in_words"} <= set(asked)
    facts = next(each for each in tables(test) if "Fact" in each).set_index("Fact")
    assert facts.loc["Atoms in this cell", "Value"] == "216 (primitive cell: 2)"
    assert facts.loc["Structure type", "Value"].startswith("rock salt")
