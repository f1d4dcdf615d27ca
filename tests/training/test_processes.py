"""The train command in processes of its own: signals, two ranks, settings."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from crysformer.paths import ROOT
from crysformer.training.processes import Ranks
from tests.support.training import (
    RECIPE,
    SMALL,
    assert_same_weights,
    fitted,
    moments,
    records,
    state,
    trainer,
)


def test_the_card_names_the_gpu(monkeypatch):
    monkeypatch.setattr("torch.cuda.get_device_name", lambda _: "NVIDIA H200")
    cpu, gpu = (Ranks(0, 2, torch.device(kind)).machine for kind in ("cpu", "cuda"))
    assert gpu == f"2 x NVIDIA H200; {cpu}"
    assert "cores" in cpu


def command(folder: Path, out: Path, *options: str, **settings: object) -> list[str]:
    values = {**vars(SMALL), "batch_size": 6, "warmup_steps": 2, "decay": 0.0}
    values |= {name: getattr(RECIPE, name) for name in ("optimiser", "weight_decay")}
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
    for alone, shared in zip(moments(one), moments(two), strict=True):
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
