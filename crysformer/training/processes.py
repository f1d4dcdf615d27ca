"""The processes that train together."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed

from crysformer.cores import available_cores
from crysformer.errors import SettingsError


@dataclass(frozen=True)
class Ranks:
    """This process among those that train together.

    Attributes:
        index: Of this process.
        count: Of all processes.
        device: Where this process computes.
    """

    index: int
    count: int
    device: torch.device

    @property
    def machine(self) -> str:
        """What they compute on, in words."""
        cores = f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores"
        if self.device.type != "cuda":
            return cores
        return f"{self.count} x {torch.cuda.get_device_name(self.device)}; {cores}"

    @property
    def is_first(self) -> bool:
        """Whether this process writes files."""
        return self.index == 0

    def agree(
        self, spent: float, progress: float, stop: bool
    ) -> tuple[float, float, bool]:
        """The first rank's clock and anybody's stop signal, the same for everyone."""
        if self.count == 1:
            return spent, progress, stop
        clock = [spent, progress] if self.is_first else [0.0, 0.0]
        summed = self.sum(np.array([*clock, float(stop)]))
        return float(summed[0]), float(summed[1]), summed[2] > 0.0

    def of_first(self, number: float) -> float:
        """The first rank's number, on every rank."""
        return float(self.sum(np.array([number if self.is_first else 0.0]))[0])

    def all_at(self, number: int) -> bool:
        """Whether every rank has the first rank's number."""
        away = abs(self.of_first(number) - number)
        return float(self.sum(np.array([away]))[0]) == 0.0

    def sum(self, values: NDArray) -> NDArray:
        """Sum of an array over all ranks."""
        if self.count == 1:
            return values
        tensor = torch.tensor(values, device=self.device)
        distributed.all_reduce(tensor)
        return tensor.cpu().numpy()


@dataclass(frozen=True)
class Launch:
    """The torchrun that started this process; without one, empty.

    Attributes:
        name: What tells it from others: its ``--rdzv-id``.
        restarts: How often it has started its ranks again.
        may_restart: Whether it would, after a rank has died.
    """

    name: str = ""
    restarts: int = 0
    may_restart: bool = False

    @classmethod
    def here(cls) -> "Launch":
        """Ask the environment."""
        known = os.environ
        return cls(
            known.get("TORCHELASTIC_RUN_ID", ""),
            int(known.get("TORCHELASTIC_RESTART_COUNT", "0")),
            int(known.get("TORCHELASTIC_MAX_RESTARTS", "0")) > 0,
        )

    @property
    def is_rank(self) -> bool:
        """Whether this process is one of several that torchrun started."""
        return "RANK" in os.environ

    def is_of(self, state: Mapping[str, Any]) -> bool:
        """Say whether ranks of this launch saved a state before they were started again.

        A machine that joins late has not restarted anything, so that the name counts;
        torchrun calls every launch "none" that was not given one.
        """
        same = self.name != "" and state.get("launch") == self.name
        return same and (self.name != "none" or self.restarts > 0)


def join_ranks(device: torch.device) -> Ranks:
    """Join the processes that torchrun started, if it did.

    Raises:
        SettingsError: Started again after a death, they would not find each other.
    """
    shared = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    if shared and Launch.here().may_restart:
        raise SettingsError(
            "Ranks that this torchrun starts again would not find each other: use "
            "python -m crysformer.training.launcher with the same options, or set "
            "TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1."
        )
    count = int(os.environ.get("WORLD_SIZE", "1"))
    index = int(os.environ.get("RANK", "0"))
    if count > 1:
        if device.type == "cuda":
            device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
            torch.cuda.set_device(device)
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if device.type == "cpu" and count > 1:
        torch.set_num_threads(1)
    return Ranks(index, count, device)


def launch(
    arguments: Sequence[str], device: torch.device, processes: int, most: int
) -> None:
    """Replace this process by a launcher with one rank per core or GPU, if that helps.

    One single-threaded rank per core is faster on a CPU than one process with as many
    threads (docs/training.md has the numbers). OpenMP threads that spin while waiting
    would slow their neighbours.

    Args:
        arguments: Of the command line, for the ranks.
        device: Kind of device of the ranks.
        processes: Number of ranks; 0 for one per core or GPU.
        most: Largest useful number: every rank needs a crystal in every step.
    """
    available = torch.cuda.device_count() if device.type == "cuda" else available_cores()
    count = processes or (1 if device.type == "mps" else available)
    count = min(count, most)
    if count == 1:
        return
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ["OMP_NUM_THREADS"] = "1"
    command = [sys.executable, "-m", "crysformer.training.launcher", "--standalone"]
    command += [f"--nproc-per-node={count}", "-m", "crysformer", *arguments]
    sys.stdout.flush()
    os.execv(sys.executable, command)
