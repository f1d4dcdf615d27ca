"""The folder of a training run: states to resume from, best weights, metrics.

``state.pt`` is the stable phase, ``decay.pt`` a decay under way or ended, ``best.pt`` the
averaged weights with the best validation score, ``metrics.jsonl`` one validation a line,
``run.json`` its description, and ``excluded_ids.txt`` what it was told not to learn from.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from crysformer.errors import DataError
from crysformer.training.left_out import LeftOut
from crysformer.training.processes import Launch

_EXCLUDED = "excluded_ids.txt"

History = dict[str, Any]
"""Weights that a run began with: their model's name, and their own passes and hours."""


@dataclass(frozen=True)
class RunFolder:
    """Reads and writes the files of one run.

    Attributes:
        path: The folder; made with the first file.
    """

    path: Path

    def save(self, state: dict[str, Any]) -> None:
        """Keep a state; one of the stable phase survives every later decay."""
        name = "state.pt" if state["progress"] == 0.0 else "decay.pt"
        self._write(name, partial(torch.save, state))

    def latest(self) -> dict[str, Any]:
        """The state to go on from: of an unfinished decay, else of the stable phase.

        Raises:
            DataError: There is none.
        """
        for name in ("decay.pt", "state.pt"):
            state = self._read(name)
            if state is not None and state["progress"] < 1.0:
                return state
        raise DataError(f"{self.path} contains no run to resume.")

    def begun_by(self, launch: Launch) -> bool:
        """Whether ranks of this launch were here before they were started again."""
        if not launch.name:
            return False
        states = (self._read(name) for name in ("decay.pt", "state.pt"))
        return any(state is not None and launch.is_of(state) for state in states)

    def save_best(self, state: dict[str, Any]) -> None:
        """Keep averaged weights and the validation that made them the best."""
        self._write("best.pt", partial(torch.save, state))

    def best(self) -> dict[str, Any]:
        """The averaged weights with the best validation score.

        Raises:
            DataError: No validation has happened yet.
        """
        state = self._read("best.pt")
        if state is None:
            raise DataError(f"{self.path} contains no validated weights (best.pt).")
        return state

    def best_score(self) -> float:
        """Validation score of the best weights, infinite where there are none."""
        state = self._read("best.pt")
        return float("inf") if state is None else state["metrics"]["score"]

    def describe(self, description: Mapping[str, Any], left_out: LeftOut) -> None:
        """Keep data, settings, command and machine of the run, and what it left out."""
        listed = {"dropped": _EXCLUDED} if left_out.ids else {}
        limit = {"max_angles": left_out.max_angles}
        if left_out.ids:
            names = "".join(f"{name}\n" for name in left_out.ids)
            self._write(_EXCLUDED, lambda path: path.write_text(names, encoding="utf-8"))
        text = json.dumps({**description, **listed, **limit}, indent=1) + "\n"
        self._write("run.json", lambda path: path.write_text(text, encoding="utf-8"))

    def description(self) -> dict[str, Any]:
        """Data, settings, command and machine of the run.

        Raises:
            DataError: The description is missing or damaged.
        """
        try:
            return json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(
                f"{self.path / 'run.json'} cannot be read: {error}."
            ) from None

    def left_out(self) -> LeftOut:
        """Which training crystals the run did not learn from.

        Raises:
            DataError: The description or its list of ids is missing or damaged.
        """
        description = self.description()
        listed = description.get("dropped")
        path = None if listed is None else self.path / Path(listed).name
        return LeftOut.read(path, description.get("max_angles"))

    def weights_before(self) -> History | None:
        """What the run began with; None for random weights, or if nothing says so.

        Raises:
            DataError: The description is damaged.
        """
        if not (self.path / "run.json").is_file():
            return None
        return self.description().get("before")

    def note(self, record: dict[str, Any]) -> None:
        """Append a validation to the metrics."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(record) + "\n")

    def _read(self, name: str) -> dict[str, Any] | None:
        if not (self.path / name).is_file():
            return None
        try:
            return torch.load(self.path / name, weights_only=True, map_location="cpu")
        except Exception as error:  # torch meets damage with every kind of exception
            raise DataError(
                f"{self.path / name} is damaged and cannot be read "
                f"({type(error).__name__})."
            ) from error

    def _write(self, name: str, write: Callable[[Path], object]) -> None:
        """Replace a file in one move, so that a crash leaves the old one whole."""
        self.path.mkdir(parents=True, exist_ok=True)
        unfinished = self.path / f"{name}.partial"
        write(unfinished)
        unfinished.replace(self.path / name)
