"""torchrun on one machine and on two: a rank is killed, started again, and learns on."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from crysformer.errors import SettingsError
from crysformer.paths import ROOT
from crysformer.training.processes import Launch, join_ranks
from crysformer.training.schedule import Budget
from crysformer.training.start import train
from crysformer.training.trainer import Trainer
from tests.support.processes import descendants, title
from tests.support.training import (
    ALONE,
    COLUMNS,
    RECIPE,
    SMALL,
    assert_same_weights,
    fitted,
    records,
    state,
)

STEPS = 30
RECIPE_OF_ALL = replace(RECIPE, batch_size=8, loss="mse", decay=0.5)


def words(folder: Path, out: Path) -> list[str]:
    values = {**vars(SMALL), "batch_size": 8, "warmup_steps": 2, "decay": 0.5}
    values |= {name: getattr(RECIPE, name) for name in ("optimiser", "weight_decay")}
    values |= {"learning_rate": 2e-3, "loss": "mse"}
    settings = [f"{name}={value}" for name, value in values.items()]
    where = ["--data", str(folder), "--out", str(out), "--device", "cpu"]
    return ["train", *where, "--steps", str(STEPS), "--set", *settings]


def agents(count: int, command: list[str], log: Path) -> list[subprocess.Popen]:
    """As many torchruns as machines, of two ranks each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    meeting = ["--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}"]
    options = [f"--nnodes={count}", "--nproc-per-node=2", "--max-restarts=2", *meeting]
    run = [
        sys.executable,
        "-m",
        "crysformer.training.launcher",
        *options,
        "--rdzv-id=test",
    ]
    environment = {**os.environ, "CRYSFORMER_CACHE": str(log), "OMP_NUM_THREADS": "1"}
    log.mkdir()
    started = []
    for number in range(count):
        with (log / f"{number}.log").open("w") as stderr:
            words = [*run, "-m", "crysformer", *command]
            started.append(
                subprocess.Popen(words, cwd=ROOT, env=environment, stderr=stderr)
            )
    return started


def kill_a_rank(agent: subprocess.Popen, out: Path) -> None:
    """Wait for some validations, then kill one of the ranks of a machine."""
    for _ in range(3000):
        if agent.poll() is not None:
            raise AssertionError("the run has ended before a rank could be killed")
        if (out / "metrics.jsonl").exists() and len(records(out)) >= 5:
            ranks = [p for p in descendants(agent.pid) if "crysformer train" in title(p)]
            os.kill(max(ranks), signal.SIGKILL)
            return
        time.sleep(0.02)
    raise AssertionError("no validation in a minute")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("machines", [1, 2])
def test_a_killed_rank_changes_nothing(data, folder, tmp_path, machines):
    fitted(data, tmp_path / "alone", STEPS, RECIPE_OF_ALL)
    out, log = tmp_path / "run", tmp_path / "log"
    started = agents(machines, words(folder, out), log)
    try:
        kill_a_rank(started[-1], out)
        for agent in started:
            agent.wait(timeout=400)
    finally:
        for agent in started:
            agent.terminate()  # which ends its ranks as well
            agent.wait()
    said = "".join(file.read_text() for file in log.glob("*.log"))
    assert [agent.returncode for agent in started] == [0] * machines, said[-4000:]
    assert "SIGKILL" in said or "exitcode: -9" in said or "Signal 9" in said
    alone = {record["step"]: record for record in records(tmp_path / "alone")}
    found = {record["step"]: record for record in records(out)}
    assert found.keys() == alone.keys()
    for step, record in alone.items():
        assert found[step]["decay"] == pytest.approx(record["decay"])
        assert found[step]["train_loss"] == pytest.approx(record["train_loss"], rel=0.05)
        assert found[step]["score"] == pytest.approx(record["score"], rel=0.05)
    assert state(out / "decay.pt")["step"] == STEPS


def test_a_second_start_of_a_launch_spends_the_budget_of_the_first(data, tmp_path):
    """As when a machine is lost after six of twelve steps, in the middle of a decay."""
    recipe = replace(RECIPE, decay=0.8)
    fitted(data, tmp_path / "whole", 12, recipe)
    launch = Launch("one", 0, True)

    def run(name: Launch, resume: bool) -> Trainer:
        from crysformer.training.datasets import fit_scalings

        made = Trainer(
            recipe, fit_scalings(data, COLUMNS), data, data, tmp_path / "parts", ALONE,
            launch=name,
        )  # fmt: skip
        if resume:
            made.resume()
        return made

    first = run(launch, resume=False)
    learn = first.learner.learn

    def learn_six(*given: object) -> None:
        if first.step == 6:
            raise KeyboardInterrupt
        learn(*given)

    first.learner.learn = learn_six
    with pytest.raises(KeyboardInterrupt):
        first.fit(Budget(steps=12))
    again = run(Launch("one", 1, True), resume=True)
    assert 0 < again.step <= 6
    again.fit(Budget(steps=12))
    whole, parts = (state(tmp_path / name / "decay.pt") for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] == 12
    assert whole["progress"] == parts["progress"] == 1.0
    assert_same_weights(whole, parts)


def test_who_goes_on_with_a_state():
    saved = {"launch": "one"}
    assert Launch("one").is_of(saved)
    assert not Launch("two", 3).is_of(saved)
    assert not Launch().is_of({"launch": ""})
    assert not Launch().is_of({})
    # Every launch without a name of its own is called "none".
    assert not Launch("none").is_of({"launch": "none"})
    assert Launch("none", 1).is_of({"launch": "none"})


def test_a_torchrun_whose_ranks_would_not_meet_again_is_refused(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "True")
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "1")
    with pytest.raises(SettingsError, match="find each other"):
        join_ranks(torch.device("cpu"))


def test_another_launch_does_not_write_over_a_run(data, folder, tmp_path, monkeypatch):
    fitted(data, tmp_path / "run", 1)
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "other")
    monkeypatch.setenv("RANK", "0")
    with pytest.raises(SettingsError, match="already holds a run"):
        train([folder], tmp_path / "run", steps=1)
