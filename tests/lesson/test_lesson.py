"""The lesson's facts and questions, with known answers."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from pymatgen.core import Element

from crysformer.lesson import questions
from crysformer.lesson.experiments import (
    STRETCHES,
    changes,
    main_property,
    responses,
    similar_element,
    two_graphs,
)
from crysformer.lesson.gaussians import expand_length, gaussian_centres, nearest_gaussian
from crysformer.lesson.neighbourhood import neighbourhood_of
from crysformer.lesson.steps import STEPS
from crysformer.model.network import GaussianBasis
from crysformer.paths import ROOT
from crysformer.predict.predictor import Predictor
from crysformer.structure.strain import strained
from tests.support.lesson import (
    CONFIG,
    COPPER,
    IRON,
    LIBRARY,
    QUARTZ,
    SALT,
    SILICON,
    first,
    graph_of,
)


@pytest.fixture(scope="module")
def predictor():
    return Predictor(device="cpu")


@pytest.mark.parametrize(
    ("crystal", "shells", "kinds", "torn"),
    [
        (SALT, [6, 12], [6, 12], (12, 6)),
        (SILICON, [4, 12], [4, 12], (12, 8)),
        (IRON, [8, 6], [8, 6], (6, 4)),
        (COPPER, [12], [12], None),
    ],
    ids=["NaCl", "Si", "Fe", "Cu"],
)
def test_shells_and_kinds_of_textbook_crystals(crystal, shells, kinds, torn):
    _, around = first(crystal)
    assert [len(shell) for shell in around.shells] == shells
    assert [len(kind) for kind in around.kinds] == kinds
    found = around.torn_shell
    assert (found and (len(found[0]), found[1])) == torn
    assert around.label[:2].strip("123456789") == crystal.formula[: len(around.label) - 1]


def test_a_shell_can_hold_several_kinds():
    graph = graph_of(QUARTZ)
    for site in graph.different_atoms:
        around = neighbourhood_of(graph, site)
        for groups, number in (
            (around.shells, around.shell_of),
            (around.kinds, around.kind_of),
        ):
            members = np.concatenate([group.members for group in groups])
            assert sorted(members) == list(range(len(around)))
            assert [group.members.tolist() for group in groups] == [
                np.flatnonzero(number == k).tolist() for k in range(len(groups))
            ]
        assert np.ptp([np.linalg.norm(v) for v in around.vector] - around.length) < 1e-3


def test_different_atoms_are_one_of_each_and_near_the_middle():
    graph = graph_of(SALT)
    assert [graph.structure[site].specie.symbol for site in graph.different_atoms] in (
        ["Na", "Cl"],
        ["Cl", "Na"],
    )
    chlorine = next(s for s in graph.different_atoms if graph.labels[s].startswith("Cl"))
    assert graph.structure[chlorine].frac_coords == pytest.approx([0.5, 0.5, 0.5])
    assert [graph.equal_atoms(site) for site in graph.different_atoms] == [4, 4]


def test_angles_of_silicon():
    _, around = first(SILICON)
    nearest = around.angles[:4, :4][~np.eye(4, dtype=bool)]
    assert nearest == pytest.approx(np.degrees(np.arccos(-1 / 3)))


@pytest.mark.parametrize("length", [0.0, 1.234, 2.82, 7.99, 8.0])
def test_gaussians_are_those_of_the_network(length):
    basis = GaussianBasis(0.0, CONFIG.max_length, CONFIG.length_centres, 4).double()
    expected = basis.expand(torch.tensor([length], dtype=torch.float64))[0].numpy()
    # The network keeps exp(-50) where a far Gaussian would be smaller still.
    np.testing.assert_allclose(expand_length(length, CONFIG), expected, atol=1e-6)
    assert nearest_gaussian(length, CONFIG) == expected.argmax()
    assert len(gaussian_centres(CONFIG)) == 64


def answers(crystal):
    graph, around = first(crystal)
    return [
        questions.cell_question(graph).answer,
        questions.neighbour_question(around).answer,
        questions.line_graph_question(around).answer,
        questions.gaussian_question(around, CONFIG).answer,
        questions.kind_question(around).answer,
    ]


def test_answers_for_silicon_and_salt_are_known():
    # 8 cells of 8 atoms; 4 + 12 and 6 + 12 neighbours; a bond has one partner fewer;
    # marks stand every 8/63 Å: 2.352 / 0.127 = 18.5 and 2.820 / 0.127 = 22.2 marks up.
    assert answers(SILICON) == [64, 16, 15, 20, 2]
    assert answers(SALT) == [64, 18, 17, 23, 2]


def test_attention_questions_follow_the_weights():
    _, around = first(SALT)
    nearest, far = np.full(18, 0.02), np.full(18, 0.08)
    nearest[:6], far[:6] = 0.76 / 6, 0.04 / 6
    asked = questions.cross_question(around, nearest)
    assert asked.answer == pytest.approx(24.0)
    assert asked.is_right(24.6)
    assert not asked.is_right(26.0)
    both = questions.conditional_question(around, nearest, far)
    assert (both.answer, both.options) == (questions.OTHER, ("The same", "Another one"))
    same = questions.conditional_question(around, nearest, nearest)
    assert same.answer == questions.SAME
    blocks = questions.block_question(around, np.stack([far, nearest, far], axis=1))
    assert blocks.answer == "Block 2"
    assert blocks.options == ("Block 1", "Block 2", "Block 3")
    assert blocks.is_right("Block 2")
    assert not blocks.is_right("Block 1")


def test_attention_questions_where_all_bonds_are_equal():
    _, around = first(COPPER)
    even = np.full(12, 1 / 12)
    assert questions.cross_question(around, even).answer == 100.0
    assert questions.conditional_question(around, even, even).answer == questions.SAME
    asked = questions.block_question(around, np.stack([even] * 4, axis=1))
    assert asked.answer == pytest.approx(8.3)
    assert asked.options == ()


def test_only_another_element_changes_a_prediction(predictor):
    salt = SALT.structure()
    tried = changes(predictor, salt, predictor.predict([salt])[0])
    assert tried.turned == pytest.approx(tried.base, abs=1e-4)
    assert tried.doubled == pytest.approx(tried.base, abs=1e-4)
    assert abs(tried.replaced - tried.base) > 0.01
    asked = questions.change_question(
        tried.replacement,
        tried.base,
        tried.turned,
        tried.doubled,
        tried.replaced,
        main_property(predictor),
    )
    assert asked.answer == tried.replacement == "Replace Na by K"
    assert f"{tried.replaced:.3f} eV/atom" in asked.explanation


@pytest.mark.parametrize(
    ("symbol", "taken", "expected"),
    [
        ("Na", {"Na", "Cl"}, "K"),
        ("Si", {"Si"}, "Ge"),
        ("Na", {"Na", "K"}, "Li"),
        ("Fe", {"Fe"}, "Ru"),
    ],
)
def test_similar_elements_stand_in_one_group(symbol, taken, expected):
    known = [Element.from_Z(number).symbol for number in range(1, 93)]
    assert similar_element(symbol, taken, known) == expected


def test_every_crystal_gets_another_element_that_the_network_knows(predictor):
    known = predictor.elements_seen
    assert len(known) == 89
    assert not {"Po", "At", "Fr", "Ra"} & set(known)
    for crystal in LIBRARY.values():
        for symbol in crystal.elements:
            new = similar_element(symbol, set(crystal.elements), known)
            assert new in set(known) - set(crystal.elements)
    assert similar_element("Te", {"Te", "Bi"}, known) == "Se"


def test_a_block_is_asked_for_only_where_it_stands_out():
    """Two blocks level for the nearest kind: the next kind, or the even share."""
    _, around = first(QUARTZ)
    attention = np.full((len(around), 2), 1 / len(around))
    second = list(around.kinds[1].members)
    attention[second, 1] += 0.01
    asked = questions.block_question(around, attention)
    assert asked.answer == "Block 2"
    assert f"a neighbour at {around.kinds[1].length:.2f} Å" in asked.prompt
    attention[second, 1] -= 0.0099
    even = questions.block_question(around, attention)
    assert even.options == ()
    assert even.answer == pytest.approx(100 / len(around), abs=0.05)


def test_stretching_lengthens_every_edge():
    crystal = SALT.structure()
    longer = strained(crystal, "Isotropic", 2.0)
    assert longer.lattice.abc == pytest.approx(np.array(crystal.lattice.abc) * 1.02)
    assert crystal.lattice.a == pytest.approx(SALT.lattice[0])


def test_the_response_starts_from_the_prediction(predictor):
    crystal = SALT.structure()
    curves = responses(predictor, predictor.prepare(crystal))
    prediction = predictor.predict([crystal])[0]
    middle = int(np.flatnonzero(STRETCHES == 0)[0])
    assert curves.keys() == prediction.shown.keys()
    for key, value in prediction.shown.items():
        assert curves[key][middle] == pytest.approx(value, rel=1e-4, abs=1e-4)
    assert np.ptp(curves["formation_energy_peratom"]) > 1e-3


@pytest.mark.parametrize("crystal", [SALT, QUARTZ], ids=["NaCl", "quartz"])
def test_both_graphs_give_one_prediction(predictor, crystal):
    graphs = two_graphs(predictor, predictor.prepare(crystal.structure()))
    assert graphs.quotient[0] <= graphs.full[0]
    assert graphs.quotient[1] < graphs.full[1]
    assert graphs.quotient[2] < graphs.full[2]
    assert graphs.from_full == pytest.approx(graphs.from_quotient, rel=0, abs=1e-12)
    single = predictor.predict([crystal.structure()])[0]
    assert graphs.from_full == pytest.approx(
        single.values["formation_energy_peratom"], abs=1e-4
    )


def test_counts_of_salt(predictor):
    graphs = two_graphs(predictor, predictor.prepare(SALT.structure()))
    # Two atoms of 18 bonds and 18 x 17 angles; two kinds of bonds at each atom.
    assert graphs.full == (2, 36, 612)
    assert graphs.quotient[:2] == (2, 4)


def test_nine_steps_each_with_one_idea():
    assert len(STEPS) == 9
    for step in STEPS:
        assert 2 <= step.idea.count(". ") + 1 <= 4
        assert step.task.count(".") == 1


def test_the_first_four_steps_need_no_torch():
    code = (
        "import sys\n"
        "import crysformer.ui.learn.graphs, crysformer.ui.learn.frame\n"
        "from crysformer.lesson import figures, scenes\n"
        "from crysformer.ui.learn import cached\n"
        "from crysformer.library.catalogue import load_library\n"
        "from crysformer.graph.crystal import CrystalGraph\n"
        "from crysformer.lesson.neighbourhood import neighbourhood_of\n"
        "config = cached.architecture()\n"
        "salt = load_library()['rock-salt-nacl'].structure()\n"
        "graph = CrystalGraph.of(salt, config.neighbour_rule)\n"
        "around = neighbourhood_of(graph, 0)\n"
        "scenes.angle_scene(graph, around, 0)\n"
        "figures.gaussian_bars(2.0, config)\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "False"
