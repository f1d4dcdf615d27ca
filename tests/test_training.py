"""Training: what it learns, and that stopping, resuming and sharing it change nothing."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.batches import BatchPlan, share_by_work
from crysformer.cli import main
from crysformer.config import ModelConfig, NeighbourRule
from crysformer.data import Dataset, load_dataset, property_values, read_rows
from crysformer.errors import DataError, SettingsError
from crysformer.inference import predict_graphs
from crysformer.metrics import property_error
from crysformer.model import Crysformer
from crysformer.properties import PROPERTIES
from crysformer.ranks import Ranks
from crysformer.recipe import RECIPES, Recipe, label_weights, masked_loss
from crysformer.run import read_recipe
from crysformer.schedule import Budget, decay_factor, decay_progress, warmup_factor
from crysformer.targets import Scaling, fit_derived, fit_scaling, sizes_of
from crysformer.train import Trainer
from crysformer.training_data import find_keys, fit_scalings, load_split
from tests.crystals import TEXTBOOK, write_rows

ROOT = Path(__file__).parents[1]
SMALL = ModelConfig(
    blocks=2,
    atom_width=32,
    bond_width=32,
    angle_width=16,
    num_heads=2,
    length_centres=32,
    cosine_centres=16,
    head_width=16,
)
RECIPE = Recipe(SMALL, learning_rate=2e-3, batch_size=3, warmup_steps=2, decay=0.0)
ALONE = Ranks(0, 1, torch.device("cpu"))
COLUMNS = (
    "formation_energy_peratom",
    "optb88vdw_total_energy",
    "optb88vdw_bandgap",
    "bulk_modulus_kv",
    "magmom_oszicar",
)


def crystals() -> dict[str, Structure]:
    """Eight crystals of three elements: the composition alone does not tell them."""
    found = {
        name: made_of(TEXTBOOK[name](), "Si")
        for name in ("diamond", "bcc", "hcp", "fcc", "simple_cubic")
    }
    for name in ("rock_salt", "wurtzite"):
        found[name] = made_of(TEXTBOOK[name](), "Na", "Cl")
    sites = [[0, 0, 0], [0.5, 0.5, 0.5]]
    found["caesium_chloride"] = Structure(Lattice.cubic(3.4), ["Na", "Cl"], sites)
    return found


def made_of(structure: Structure, *symbols: str) -> Structure:
    structure.replace_species(dict(zip(structure.elements, symbols, strict=True)))
    return structure


def write_split(folder: Path) -> Path:
    """Five invented labels of each crystal, some of them unknown."""
    generator = np.random.default_rng(11)
    constants = {"Na": -1.0, "Cl": -2.0, "Si": -5.0}
    rows = []
    for name, structure in crystals().items():
        formation, gap, modulus, moment = generator.random(4) * [1.0, 3.0, 100.0, 2.0]
        reference = np.mean([constants[site.specie.symbol] for site in structure])
        values = (formation, formation + reference, gap, modulus, moment)
        labels = dict(zip(COLUMNS, map(float, values), strict=True))
        if name in ("bcc", "fcc"):
            del labels["optb88vdw_bandgap"]
        rows.append((name, structure, labels))
    for split in ("train", "val"):
        write_rows(folder / f"{split}.jsonl.gz", rows)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_split(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def data(folder) -> Dataset:
    return load_split([folder], "train", find_keys([folder]), SMALL.neighbour_rule, None)


def trainer(data: Dataset, folder: Path, recipe: Recipe = RECIPE) -> Trainer:
    scalings = fit_scalings(data, COLUMNS)
    return Trainer(recipe, scalings, data, data, folder, ALONE)


def fitted(
    data: Dataset, folder: Path, steps: int, recipe: Recipe = RECIPE, *, resume=False
) -> Trainer:
    run = trainer(data, folder, recipe)
    if resume:
        run.resume()
    run.fit(Budget(steps=steps))
    return run


def state(path: Path) -> dict:
    return torch.load(path, weights_only=True)


def records(folder: Path) -> list[dict]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def assert_same_weights(one: dict, other: dict, tolerance: float = 0.0) -> None:
    for part in ("model", "average"):
        for key, value in one[part].items():
            if tolerance and key.endswith("cross.key.bias"):
                # It moves all logits of a centre alike: its gradient is rounding alone,
                # of which AdamW makes steps of full length.
                continue
            torch.testing.assert_close(
                value, other[part][key], rtol=0, atol=tolerance, msg=key
            )


# What it learns.


@pytest.mark.slow
def test_eight_crystals_are_learnt_by_heart(data, tmp_path):
    recipe = replace(RECIPE, batch_size=8, warmup_steps=10, decay=0.5)
    run = fitted(data, tmp_path, 250, recipe)
    losses = [record["train_loss"] for record in records(tmp_path)]
    losses = [loss for loss in losses if loss > 0.0]
    assert losses[-1] < 0.05 * losses[0]
    values = predict_graphs(
        run.model.eval(),
        run.scalings,
        [data.graphs[row] for row in range(8)],
        data.num_sites,
        data.formula_atoms,
    ).values
    for column, key in enumerate(COLUMNS):
        error = property_error(data.values[:, column], values[:, column])
        assert error.mae < 0.05 * error.mad, key


# Stopping and resuming.


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(data, tmp_path):
    fitted(data, tmp_path / "whole", 6)
    fitted(data, tmp_path / "parts", 3)
    halfway = state(tmp_path / "parts" / "state.pt")
    fitted(data, tmp_path / "parts", 3, resume=True)
    whole, parts = (state(tmp_path / name / "state.pt") for name in ("whole", "parts"))
    assert_same_weights(whole, parts)
    assert (whole["step"], parts["step"], halfway["step"]) == (6, 6, 3)
    for one, other in zip(
        whole["optimiser"]["state"].values(),
        parts["optimiser"]["state"].values(),
        strict=True,
    ):
        assert all(torch.equal(one[key], other[key]) for key in one)
    with pytest.raises(AssertionError):
        assert_same_weights(whole, halfway, 1e-6)
    assert not torch.equal(
        whole["model"]["atom_embedding.weight"],
        whole["average"]["atom_embedding.weight"],
    )


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_the_stable_state_outlives_the_decay(data, tmp_path, share):
    recipe = replace(RECIPE, decay=share)
    run = fitted(data, tmp_path, 10, recipe)
    stable, decayed = (state(tmp_path / name) for name in ("state.pt", "decay.pt"))
    # Rounding may count the step at the very beginning to either phase.
    assert stable["step"] - round(10 * (1 - share)) in (0, 1)
    assert (stable["progress"], decayed["step"]) == (0.0, 10)
    assert decayed["progress"] == pytest.approx(1.0)
    assert 0 < run.optimiser.param_groups[0]["lr"] < recipe.learning_rate

    again = trainer(data, tmp_path, recipe)
    again.resume()
    assert again.progress == 0.0
    assert again.step == stable["step"]
    assert_same_weights(
        {"model": again.model.state_dict(), "average": {}}, stable | {"average": {}}
    )


def test_an_interrupted_decay_goes_on(data, tmp_path):
    recipe = replace(RECIPE, decay=0.5)
    fitted(data, tmp_path / "whole", 10, recipe)

    run = trainer(data, tmp_path / "parts", recipe)
    step = run._train_step

    def stop_at_seven(crystals: np.ndarray) -> float:
        if run.step == 6:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(crystals)

    run._train_step = stop_at_seven
    handler = signal.getsignal(signal.SIGTERM)
    run.fit(Budget(steps=10))
    assert signal.getsignal(signal.SIGTERM) is handler
    interrupted = state(tmp_path / "parts" / "decay.pt")
    assert interrupted["step"] == 7
    assert interrupted["progress"] == pytest.approx(0.4)

    fitted(data, tmp_path / "parts", 3, recipe, resume=True)
    whole, parts = (state(tmp_path / name / "decay.pt") for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] == 10
    assert_same_weights(whole, parts, 1e-6)


def test_a_budget_of_a_few_steps_keeps_a_stable_state(data, tmp_path):
    """A decay that never had a step must not be all that is left of a run."""
    fitted(data, tmp_path, 2, replace(RECIPE, decay=0.3))
    assert state(tmp_path / "state.pt")["step"] == 2


def test_a_resumed_run_knows_the_best_score_so_far(data, tmp_path):
    fitted(data, tmp_path, 3)
    best = state(tmp_path / "best.pt")["metrics"]["score"]
    run = trainer(data, tmp_path)
    run.resume()
    assert run.best == best


def test_every_step_is_recorded_once(data, tmp_path):
    fitted(data, tmp_path, 4)
    steps = [record["step"] for record in records(tmp_path)]
    assert steps == [2, 4]
    assert all(record["train_loss"] > 0.0 for record in records(tmp_path))


def test_records_can_be_plotted(data, tmp_path):
    fitted(data, tmp_path, 2)
    record = records(tmp_path)[0]
    assert (record["step"], record["passes"]) == (2, 6 / 8)
    assert record["learning_rate"] == RECIPE.learning_rate
    assert set(record["val"]) == set(COLUMNS)
    assert record["val"]["optb88vdw_bandgap"]["n"] == 6
    ratios = [error["mae"] / error["mad"] for error in record["val"].values()]
    assert record["score"] == pytest.approx(np.mean(ratios))


def test_a_run_can_start_from_other_weights(data, tmp_path):
    other = fitted(data, tmp_path / "first", 2).model
    run = trainer(data, tmp_path / "second", replace(RECIPE, warmup_steps=10))
    run.start_from(other)
    for model in (run.model, run.average.module):
        for key, value in other.state_dict().items():
            assert torch.equal(value, model.state_dict()[key])
    run.fit(Budget(steps=1))
    assert run.step == 1
    lr = run.optimiser.param_groups[0]["lr"]
    assert lr == pytest.approx(RECIPE.learning_rate / 10)


@pytest.mark.parametrize("change", ["nothing", "architecture", "properties"])
def test_what_does_not_fit_cannot_be_resumed(data, folder, tmp_path, change):
    recipe = RECIPE
    if change != "nothing":
        fitted(data, tmp_path, 1)
    if change == "architecture":
        recipe = replace(RECIPE, model=replace(SMALL, blocks=1))
    scalings = fit_scalings(data, COLUMNS)
    if change == "properties":
        data = load_split([folder], "train", COLUMNS[:2], SMALL.neighbour_rule, None)
        scalings = scalings[:2]
    run = Trainer(recipe, scalings, data, data, tmp_path, ALONE)
    with pytest.raises(DataError, match=str(tmp_path)):
        run.resume()


# The command line, in processes of its own.


def command(folder: Path, out: Path, *options: str, **settings: object) -> list[str]:
    values = {**vars(SMALL), "batch_size": 6, "warmup_steps": 2, "decay": 0.0}
    values |= {"learning_rate": 2e-3, **settings}
    words = [f"{name}={value}" for name, value in values.items()]
    words = ["--data", str(folder), "--out", str(out), "--set", *words, *options]
    return [sys.executable, "-m", "crysformer", "train", "--device", "cpu", *words]


def start(words: Sequence[str], home: Path) -> subprocess.Popen:
    # The graphs of one test are no business of another's.
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "CRYSFORMER_CACHE": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_stop_signal_leaves_a_state_to_resume(data, folder, tmp_path, processes):
    out = tmp_path / "run"
    process = start(command(folder, out, "--processes", processes), tmp_path)
    try:
        for _ in range(1800):
            if (out / "metrics.jsonl").exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=300)[1]
    finally:
        process.kill()
    assert process.returncode == 0, errors
    stopped = state(out / "state.pt")
    assert stopped["step"] >= 1
    assert stopped["progress"] == 0.0
    run = trainer(data, out, replace(RECIPE, batch_size=6))
    run.resume()
    assert run.step == stopped["step"]


def run_two_ranks(folder: Path, out: Path, steps: int, **settings: object) -> str:
    """Train with two ranks; returns what they wrote on stderr."""
    words = command(folder, out, "--processes", "2", "--steps", str(steps), **settings)
    process = start(words, out.parent)
    try:
        errors = process.communicate(timeout=300)[1]
    finally:
        process.kill()
    assert process.returncode == 0, errors[-3000:]
    return errors


@pytest.mark.slow
def test_two_ranks_train_as_one_process(data, folder, tmp_path):
    # Signs of absolute errors may cancel to rounding, which AdamW would blow up.
    run_two_ranks(folder, tmp_path / "two", 4, loss="mse")
    fitted(data, tmp_path / "one", 4, replace(RECIPE, batch_size=6, loss="mse"))
    one, two = (state(tmp_path / name / "state.pt") for name in ("one", "two"))
    assert one["step"] == two["step"] == 4
    for alone, shared in zip(
        one["optimiser"]["state"].values(),
        two["optimiser"]["state"].values(),
        strict=True,
    ):
        # The running mean of gradients.
        torch.testing.assert_close(alone["exp_avg"], shared["exp_avg"], rtol=0, atol=1e-6)
    assert_same_weights(one, two, 1e-4)
    for one, two in zip(
        records(tmp_path / "one"), records(tmp_path / "two"), strict=True
    ):
        assert one["train_loss"] == pytest.approx(two["train_loss"], rel=1e-4)
        assert one["score"] == pytest.approx(two["score"], rel=1e-3)


@pytest.mark.slow
def test_two_ranks_train_the_paper_s_ablation_without_attention(folder, tmp_path):
    """Bonds then reach no output, and their parameters get no gradient."""
    run_two_ranks(folder, tmp_path / "run", 2, cross=False, conditional=False)


def test_settings_are_read_from_the_command_line():
    settings = ["blocks=3", "envelope=true", "learning_rate=2e-3"]
    recipe = read_recipe(settings, Recipe())
    assert (recipe.model.blocks, recipe.model.envelope) == (3, True)
    assert recipe.learning_rate == 2e-3
    assert read_recipe([], Recipe()) == Recipe()


@pytest.mark.parametrize(
    "setting",
    [
        "nonsense=3",
        "learning_rate=fast",
        "learning_rate=nan",
        "blocks=2.5",
        "blocks=-1",
        "num_heads=0",
        "batch_size=0",
        "decay=3",
        "tie_tolerance=0",
        "envelope=7",
        "loss=l3",
        "seed=",
    ],
)
def test_unusable_settings_are_refused(setting):
    with pytest.raises(SettingsError, match=setting.partition("=")[0]):
        read_recipe([setting], Recipe())


def test_a_folder_with_a_run_is_not_overwritten(data, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("crysformer.run.CACHE", tmp_path / "cache")
    fitted(data, tmp_path / "run", 1)
    words = command(folder, tmp_path / "run", "--processes", "1", "--steps", "1")[3:]
    before = state(tmp_path / "run" / "state.pt")
    assert main(words) == 1
    assert_same_weights(before, state(tmp_path / "run" / "state.pt"))
    again = [
        *words[: words.index("--set")],
        "--processes",
        "1",
        "--steps",
        "1",
        "--resume",
    ]
    # A resumed run has the settings it began with; other batches would not be its own.
    assert main([*again, "--set", "batch_size=6"]) == 1
    assert main(again) == 0
    assert state(tmp_path / "run" / "state.pt")["step"] == 2


# Batches and schedule.


def test_batches_are_reproducible_and_can_be_joined_anywhere():
    plan = BatchPlan(np.ones(10, dtype=np.int64), 3, seed=5)
    assert plan.steps_per_pass == 3
    first = list(islice(plan.steps(0), 9))
    assert [step for step, _ in first] == list(range(9))
    later = list(islice(plan.steps(4), 5))
    for (step, crystals), (other_step, others) in zip(first[4:], later, strict=True):
        assert step == other_step
        assert np.array_equal(crystals, others)
    for start in (0, 3, 6):
        members = np.concatenate([crystals for _, crystals in first[start : start + 3]])
        assert len(np.unique(members)) == 9
    assert not np.array_equal(first[0][1], first[3][1])
    other = next(BatchPlan(plan.work, 3, seed=6).steps(0))[1]
    assert not np.array_equal(first[0][1], other)


def test_a_batch_larger_than_the_data_is_all_of_them():
    plan = BatchPlan(np.ones(4, dtype=np.int64), 64, seed=0)
    for _, crystals in islice(plan.steps(0), 3):
        assert sorted(crystals) == [0, 1, 2, 3]


@pytest.mark.parametrize("ranks", [1, 2, 5])
def test_ranks_share_the_work_evenly(ranks):
    """Largest first is within a third of the best possible sharing."""
    generator = np.random.default_rng(0)
    work = np.rint(np.exp(generator.normal(5.0, 1.5, size=1000))).astype(np.int64) + 1
    for _ in range(20):
        crystals = generator.choice(1000, size=32, replace=False)
        shares = share_by_work(crystals, work, ranks)
        assert sorted(np.concatenate(shares)) == sorted(crystals)
        loads = [work[share].sum() for share in shares]
        best = max(work[crystals].sum() / ranks, work[crystals].max())
        assert max(loads) <= (4 / 3) * best
    assert all(len(share) == 1 for share in share_by_work(crystals[:ranks], work, ranks))


def test_the_learning_rate_rises_stays_and_falls():
    assert [warmup_factor(step, 4) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert warmup_factor(0, 0) == 1.0
    assert [decay_factor(p) for p in (-1, 0, 0.25, 1, 2)] == [1.0, 1.0, 0.5, 0.0, 0.0]


@pytest.mark.parametrize(
    ("spent", "share", "before", "progress"),
    [
        (0.0, 0.3, 0.0, 0.0),
        (0.69, 0.3, 0.0, 0.0),
        (0.85, 0.3, 0.0, 0.5),
        (1.0, 0.0, 0.0, 0.0),
        # Once begun, the whole of the next budget goes on with the decay.
        (0.0, 0.3, 0.4, 0.4),
        (0.5, 0.3, 0.4, 0.7),
        (0.5, 0.0, 0.4, 0.7),
        (1.0, 0.3, 0.4, 1.0),
    ],
)
def test_the_decay_is_the_last_part_of_the_budget(spent, share, before, progress):
    assert decay_progress(spent, share, before) == pytest.approx(progress)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5, 1.0])
def test_a_decay_is_complete_when_the_budget_is_spent(share):
    """Not nearly: a decay short of one counts as unfinished."""
    assert decay_progress(1.0, share, 0.0) >= 1.0


def test_a_budget_counts_steps_and_hours():
    now = time.monotonic()
    assert Budget(started=now).spent(10**9) == 0.0
    assert Budget(steps=10, started=now).spent(4) == 0.4
    assert Budget(steps=10, started=now).spent(40) == 1.0
    half = Budget(hours=2.0, started=now - 3600.0)
    assert half.spent(0) == pytest.approx(0.5, abs=1e-3)
    both = Budget(hours=2.0, steps=10, started=now - 3600.0)
    assert both.spent(7) == 0.7
    assert both.spent(2) == pytest.approx(0.5, abs=1e-3)


# Loss and scalings.

UNKNOWN = float("nan")


@pytest.mark.parametrize(
    ("kind", "expected"),
    # Errors 0.25 (weight 2), 3 (weight 1), 1 (weight 1); total weight 4.
    [
        ("l1", (0.5 + 3 + 1) / 4),
        ("mse", (2 * 0.0625 + 9 + 1) / 4),
        ("huber", (2 * 0.03125 + 0.5 * 2.75 + 0.5 * 0.75) / 4),
    ],
)
def test_the_loss_counts_known_labels_only(kind, expected):
    predictions = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    targets = torch.tensor([[0.75, 5.0], [UNKNOWN, 3.0]])
    weights = torch.tensor([2.0, 1.0])
    total = (~targets.isnan() * weights).sum()
    assert total == 4.0
    loss = masked_loss(predictions, targets, weights, total, kind)
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    assert predictions.grad[1, 0] == 0.0
    assert (predictions.grad != 0).sum() == 3


@pytest.mark.parametrize("kind", ["l1", "mse", "huber"])
def test_losses_of_shards_add_up_to_the_loss_of_the_whole(kind):
    """Ranks with few and with many labels: each divides by the labels of all."""
    torch.manual_seed(0)
    predictions = torch.randn(9, 3, dtype=torch.float64, requires_grad=True)
    targets = torch.randn(9, 3, dtype=torch.float64)
    targets[:4, 1:] = UNKNOWN
    weights = torch.tensor([1.0, 4.0, 0.5], dtype=torch.float64)
    total = (~targets.isnan() * weights).sum()
    whole = masked_loss(predictions, targets, weights, total, kind)
    parts = [
        masked_loss(predictions[rows], targets[rows], weights, total, kind)
        for rows in (slice(0, 3), slice(3, 9))
    ]
    assert sum(part.item() for part in parts) == pytest.approx(whole.item(), rel=1e-14)
    gradient = torch.autograd.grad(whole, predictions, retain_graph=True)[0]
    summed = torch.autograd.grad(sum(parts), predictions)[0]
    torch.testing.assert_close(gradient, summed)


def test_rare_labels_weigh_more():
    keys = ["optb88vdw_bandgap", "slme", "spillage", "max_efg"]
    weights = label_weights(keys, torch.tensor([1.0, 1.0, 0.25, 0.0]))
    torch.testing.assert_close(weights, torch.tensor([2.0, 1.0, 2.0, 1e-3**-0.5]))


def compositions(rows: int, seed: int = 0) -> np.ndarray:
    """Random mixtures of eight elements, (rows, 119)."""
    fractions = np.zeros((rows, 119))
    values = np.random.default_rng(seed).dirichlet(np.full(8, 0.5), size=rows)
    fractions[:, [1, 6, 8, 11, 14, 17, 26, 82]] = values
    return fractions


@pytest.mark.parametrize("key", PROPERTIES)
def test_targets_decode_to_the_values_they_came_from(key):
    generator = np.random.default_rng(1)
    values = generator.gamma(2.0, 3.0, size=200)
    values[::7] = np.nan
    sizes = sizes_of(key, generator.integers(1, 30, 200), generator.integers(1, 9, 200))
    composition = compositions(200)
    scaling = fit_scaling(key, values, composition, sizes)
    assert Scaling.from_dict(json.loads(json.dumps(scaling.to_dict()))) == scaling
    targets = scaling.encode(values, composition, sizes)
    known = ~np.isnan(values)
    assert np.array_equal(np.isnan(targets), ~known)
    assert np.median(targets[known]) == pytest.approx(0.0, abs=1e-9)
    assert np.abs(targets[known]).mean() == pytest.approx(1.0)
    back = scaling.decode(targets, composition, sizes)
    np.testing.assert_allclose(back[known], values[known], rtol=1e-9)


@pytest.mark.parametrize(
    ("key", "sizes"),
    [
        ("magmom_oszicar", [8, 16]),
        ("ph_heat_capacity", [2, 3]),
        ("optb88vdw_bandgap", [1, 1]),
    ],
)
def test_extensive_values_are_learnt_per_atom(key, sizes):
    """Per cell, per formula unit or neither: the same target for one crystal."""
    found = sizes_of(key, np.array([8, 16]), np.array([2, 3]))
    assert found.tolist() == sizes
    scaling = Scaling(key, 0.5, 2.0, (0.0,) * 119)
    values = 1.25 * found
    targets = scaling.encode(values, np.zeros((2, 119)), found)
    assert targets.tolist() == [0.375, 0.375]
    assert scaling.decode(targets, np.zeros((2, 119)), found).tolist() == values.tolist()


def test_what_cannot_be_negative_is_not():
    low = np.array([-1.0])
    nothing, one = np.zeros((1, 119)), np.ones(1)
    gap, modulus, energy = (
        Scaling(key, 0.0, 1.0, (0.0,) * 119).decode(low, nothing, one)[0]
        for key in ("optb88vdw_bandgap", "bulk_modulus_kv", "formation_energy_peratom")
    )
    assert (gap, modulus, energy) == (0.0, -1.0, -1.0)


def test_element_constants_are_found():
    composition = compositions(3000)
    constants = np.random.default_rng(2).normal(size=119) * (composition.sum(axis=0) > 0)
    values = composition @ constants + 0.3
    scaling = fit_derived(
        "optb88vdw_total_energy",
        "formation_energy_peratom",
        composition @ constants,
        composition,
    )
    np.testing.assert_allclose(scaling.constants, constants, atol=1e-3)
    scaling = fit_scaling("bulk_modulus_kv", values, composition, np.ones(3000))
    assert scaling.scale < 1e-3


def test_total_energy_is_formation_energy_plus_element_constants(data):
    """For any network whatever: the two cannot contradict each other."""
    scalings = fit_scalings(data, COLUMNS)
    bases = [scaling.base for scaling in scalings]
    assert bases == ["", "formation_energy_peratom", "", "", ""]
    torch.manual_seed(3)
    values = predict_graphs(
        Crysformer(SMALL, 4).eval(),
        scalings,
        [data.graphs[row] for row in range(8)],
        data.num_sites,
        data.formula_atoms,
    ).values
    constants = np.array(scalings[1].constants)
    assert np.count_nonzero(constants) == 3
    np.testing.assert_allclose(
        values[:, 1] - values[:, 0], data.composition() @ constants, atol=1e-6
    )
    # Na and Cl stand together in all these crystals: only their sum is known.
    assert constants[11] + constants[17] == pytest.approx(-3.0, abs=0.02)
    assert constants[14] == pytest.approx(-5.0, abs=0.02)


def test_a_mean_of_components_needs_all_of_them():
    labels = {"epsx": 1.0, "epsy": 2.0, "epsz": 6.0, "mepsx": 4.0, "mepsz": 5.0}
    eps, meps, gap = property_values(labels, ["eps_mean", "meps_mean", "mbj_bandgap"])
    assert eps == 3.0
    assert np.isnan(meps)
    assert np.isnan(gap)


def test_errors_are_those_of_a_small_table():
    error = property_error(np.array([1.0, UNKNOWN, 3.0, 8.0]), np.array([2.0, 9, 3, 4]))
    assert error.n == 3
    assert error.mae == pytest.approx(5 / 3)
    assert error.rmse == pytest.approx((17 / 3) ** 0.5)
    assert error.mad == pytest.approx((3 + 1 + 4) / 3)
    assert property_error(np.array([UNKNOWN]), np.array([1.0])).n == 0


# Data files.


def test_rows_are_read_as_written(folder, data):
    rows = list(read_rows(folder / "train.jsonl.gz"))
    assert [row.id for row in rows] == data.ids == list(crystals())
    assert rows[0].structure == crystals()["diamond"]
    assert data.formulas == ["Si"] * 5 + ["NaCl"] * 3
    assert data.num_sites.tolist() == [8, 2, 2, 4, 1, 8, 4, 2]
    assert data.formula_atoms.tolist() == [1] * 5 + [2] * 3
    assert np.isnan(data.values[:, 2]).sum() == 2
    np.testing.assert_allclose(data.composition()[:, 14], [1] * 5 + [0] * 3)
    np.testing.assert_allclose(data.composition()[5:, [11, 17]], 0.5)


def test_cached_graphs_are_those_built(folder, data, tmp_path):
    path, rule = folder / "train.jsonl.gz", SMALL.neighbour_rule
    built = load_dataset(path, COLUMNS, rule, tmp_path)
    cached = load_dataset(path, COLUMNS, rule, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    for name, rows in data.graphs.arrays.items():
        assert np.array_equal(rows, built.graphs.arrays[name])
        assert np.array_equal(rows, cached.graphs.arrays[name])
    assert data.graphs.work.tolist() == [data.graphs[row].work for row in range(8)]
    load_dataset(path, COLUMNS, NeighbourRule(0.4), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_properties_are_those_with_labels(folder, tmp_path):
    assert find_keys([folder]) == list(COLUMNS)
    write_rows(tmp_path / "train.jsonl.gz", [("a", TEXTBOOK["bcc"](), {"colour": 1})])
    with pytest.raises(DataError, match="is known"):
        find_keys([tmp_path])


GOOD = (
    '{"id": "a", "structure": {"lattice": [[3, 0, 0], [0, 3, 0], [0, 0, 3]], '
    '"frac_coords": [[0, 0, 0]], "species": ["Po"]}, "labels": {"slme": 1}}'
)


def packed(text: str) -> bytes:
    return gzip.compress((GOOD + "\n" + text + "\n").encode())


def corrupted() -> bytes:
    """A flipped byte within the compressed stream of many rows."""
    noise = np.random.default_rng(0).random(3000).tolist()
    content = bytearray(packed(json.dumps(noise)))
    content[100:200] = b"\xff" * 100
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        packed("")[:-20],
        corrupted(),
        GOOD.encode(),
        packed("not json"),
        packed("[1, 2]"),
        packed(GOOD.replace("species", "elements")),
        packed(GOOD.replace("Po", "Xx")),
        packed(GOOD.replace("[[0, 0, 0]]", "[[0, 0]]")),
        packed(GOOD.replace('["Po"]', '["Po", "Po"]')),
        packed(GOOD.replace('{"slme": 1}', '["slme"]')),
        packed(GOOD.replace('"slme": 1', '"slme": "high"')),
    ],
    ids=[
        "missing",
        "empty",
        "cut short",
        "corrupted",
        "not compressed",
        "not JSON",
        "not an object",
        "field missing",
        "no such element",
        "two coordinates",
        "species without place",
        "labels without values",
        "label not a number",
    ],
)
def test_a_damaged_file_is_named_in_a_sentence(tmp_path, content):
    path = tmp_path / "train.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"train\.jsonl\.gz.*\.$"):
        load_dataset(path, ["slme"], NeighbourRule(), None)


def test_a_resumed_run_keeps_the_scalings_it_began_with(data, tmp_path):
    shifted = [replace(s, shift=s.shift + 1.0) for s in fit_scalings(data, COLUMNS)]
    first = Trainer(RECIPE, shifted, data, data, tmp_path, ALONE)
    first.fit(Budget(steps=1))
    again = trainer(data, tmp_path)
    again.resume()
    assert list(again.scalings) == shifted
    assert torch.equal(torch.nan_to_num(again.targets), torch.nan_to_num(first.targets))


def test_weight_decay_can_change_on_resuming(data, tmp_path):
    fitted(data, tmp_path, 1)
    run = trainer(data, tmp_path, replace(RECIPE, weight_decay=0.5))
    run.resume()
    assert run.optimiser.param_groups[0]["weight_decay"] == 0.5
    assert run.optimiser.param_groups[1]["weight_decay"] == 0.0


def test_a_step_without_labels_leaves_finite_weights():
    predictions = torch.randn(3, 2, requires_grad=True)
    targets = torch.full((3, 2), float("nan"))
    loss = masked_loss(predictions, targets, torch.ones(2), torch.zeros(()), "l1")
    loss.backward()
    assert loss == 0.0
    assert torch.equal(predictions.grad, torch.zeros(3, 2))


def test_the_curve_of_the_best_weights_has_one_branch(data, tmp_path):
    fitted(data, tmp_path, 6, replace(RECIPE, decay=0.5))
    fitted(data, tmp_path, 6, replace(RECIPE, decay=0.5), resume=True)
    steps = [record["step"] for record in state(tmp_path / "best.pt")["curve"]]
    assert steps == sorted(set(steps))


def test_the_paper_s_recipe_is_the_paper_s():
    paper = RECIPES["paper"]
    assert (paper.loss, paper.weight_decay, paper.batch_size) == ("mse", 1e-4, 64)
    assert paper.model.angle_width == paper.model.bond_width == 128
