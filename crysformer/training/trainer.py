"""A training run on one or several ranks, stoppable and resumable at any minute."""

import signal
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from crysformer.data.dataset import Dataset
from crysformer.errors import DataError
from crysformer.model.network import Crysformer
from crysformer.properties.scaling import Scaling
from crysformer.training.device.learner import DeviceLearner
from crysformer.training.host import HostLearner
from crysformer.training.learner import Learner
from crysformer.training.processes import Launch, Ranks
from crysformer.training.recipe import Recipe, validation_score
from crysformer.training.run_folder import RunFolder
from crysformer.training.schedule import (
    Budget,
    decay_factor,
    decay_progress,
    warmup_factor,
)

CHECKPOINT_SECONDS = 240.0
"""Time between checkpoints: what a power cut can cost."""

END_MARGIN = 0.005
"""How much worse than the best score the end of a decay may be and still be taken."""


class Began(NamedTuple):
    """Where a budget began to be spent.

    Attributes:
        step: Of the run.
        seconds: Trained by then.
        progress: Of an interrupted decay.
    """

    step: int
    seconds: float
    progress: float


class Trainer:
    """One training run on this rank.

    Args:
        recipe: Settings.
        scalings: Properties and their scalings; those with a base are not trained.
        train: Training crystals.
        val: Validation crystals.
        folder: Of the run.
        ranks: Who takes part.
        learner: What takes the steps; chosen by the device of the ranks without it.
        launch: Who started the ranks, and may start them again.
    """

    def __init__(
        self,
        recipe: Recipe,
        scalings: Sequence[Scaling],
        train: Dataset,
        val: Dataset,
        folder: Path,
        ranks: Ranks,
        learner: type[Learner] | None = None,
        launch: Launch | None = None,
    ) -> None:
        self.recipe, self.scalings, self.ranks = recipe, tuple(scalings), ranks
        self.folder = RunFolder(folder)
        kind = learner or learner_on(ranks)
        self.learner = kind(recipe, self.scalings, train, val, ranks)
        self.step = 0
        self.rate = self.seconds = self.progress = 0.0
        self.best = float("inf")
        self.curve: list[dict[str, Any]] = []
        self.stopping = False
        self.launch = launch or Launch()
        self.began: Began | None = None

    def fit(self, budget: Budget) -> None:
        """Train until the budget is spent or a stop signal arrives."""
        names = (signal.SIGTERM, signal.SIGINT)
        before = {name: signal.signal(name, self._stop) for name in names}
        try:
            self._fit(budget)
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def _fit(self, budget: Budget) -> None:
        if self.began is None:
            self.began = Began(self.step, self.seconds, self.progress)
            if self.launch.may_restart:
                self._save()  # from where ranks that are started again go on
        began = self.began
        budget.started -= self.seconds - began.seconds
        last_save = last_evaluation = clock = time.monotonic()
        bar = tqdm(
            desc="training",
            unit="step",
            initial=self.step,
            disable=not self.ranks.is_first,
            mininterval=5.0,
        )
        plan = self.learner.plan
        for step, crystals in plan.steps(self.step):
            spent = budget.spent(self.step - began.step)
            progress = decay_progress(spent, self.recipe.decay, began.progress)
            spent, progress, stop = self.ranks.agree(spent, progress, self.stopping)
            if progress > 0.0 and self.progress == 0.0:
                self._save()  # the stable phase can go on from here after the decay
            if stop or spent >= 1.0:
                break
            self.progress = progress
            self._take_step(crystals)
            self.step = step + 1
            now = time.monotonic()
            self.seconds, clock = self.seconds + now - clock, now
            bar.update()
            waited = now - last_evaluation
            if self.step % plan.steps_per_pass == 0 and self._is_due(waited):
                self._save()  # before the validation, in which a stop may come
                bar.set_postfix(self._evaluate())
                self._save()  # and after it, with its point of the learning curve
                last_save = last_evaluation = now
            if now - last_save > CHECKPOINT_SECONDS:
                self._save()
                last_save = now
        bar.close()
        self.progress = max(self.progress, progress)
        self._save()
        if self.learner.num_losses:
            self._evaluate()
            self._save()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _is_due(self, waited: float) -> bool:
        """Whether the last validation is long enough ago, by the first rank's clock."""
        return self.ranks.of_first(waited) >= self.learner.pause

    def _take_step(self, crystals: NDArray[np.int64]) -> None:
        factor = warmup_factor(self.step, self.recipe.warmup_steps)
        self.rate = self.recipe.learning_rate * factor * decay_factor(self.progress)
        self.learner.learn(crystals, self.rate)
        if self.step % self.learner.check_every == 0:
            self._refuse_divergence()

    def _refuse_divergence(self) -> None:
        if self.learner.diverged:
            raise DataError(
                f"Training diverged by step {self.step}: the gradient is not finite. "
                "Resume with a lower learning_rate."
            )

    def _evaluate(self) -> dict[str, str]:
        """Validate the averaged weights, note the errors, keep the best."""
        errors = self.learner.validate(self.scalings)
        train_loss = self.learner.mean_loss()
        score = validation_score(errors)
        if self.ranks.is_first:
            record = {
                "step": self.step,
                "passes": self.learner.plan.passes(self.step),
                "hours": self.seconds / 3600.0,
                "decay": self.progress,
                "learning_rate": self.rate,
                "train_loss": train_loss,
                "score": score,
                "val": {key: asdict(error) for key, error in errors.items() if error.n},
            }
            self.folder.note(record)
            self.curve.append(record)
            # At the end of a decay the score is flat to noise: its end is as good.
            near = 1.0 + END_MARGIN if self.progress >= 1.0 else 1.0
            if score < self.best * near:
                self.best = min(score, self.best)
                best = self._averaged() | {"metrics": record, "curve": self.curve}
                self.folder.save_best(best)
        first = next(iter(errors))
        return {"loss": f"{train_loss:.4f}", first: f"{errors[first].mae:.4f}"}

    def _averaged(self) -> dict[str, Any]:
        return {
            "recipe": asdict(self.recipe),
            "scalings": [scaling.to_dict() for scaling in self.scalings],
            "average": self.learner.average.module.state_dict(),
        }

    def _save(self) -> None:
        self._refuse_divergence()
        if not self.ranks.is_first:
            return
        state = self._averaged() | self.learner.state()
        state |= {
            "step": self.step,
            "seconds": self.seconds,
            "progress": self.progress,
            "best": self.best,
            "curve": self.curve,
            "launch": self.launch.name,
            "began": self.began and self.began._asdict(),
        }
        self.folder.save(state)

    def resume(self) -> None:
        """Go on from the folder: an unfinished decay, else the stable phase.

        Ranks that were started again go on with the budget of their launch.

        Raises:
            DataError: The folder holds no state, or one that does not fit this run or
                is not what other ranks see.
        """
        state = self.folder.latest()
        self._check_fits(state)
        if not self.ranks.all_at(state["step"]):
            raise DataError(
                f"Ranks find different states in {self.folder.path}; put the run on a "
                "file system that all machines share."
            )
        if self.launch.is_of(state) and state["began"]:
            self.began = Began(**state["began"])
        self.scalings = tuple(Scaling.from_dict(item) for item in state["scalings"])
        self.learner.load(state, self.scalings)
        self.step, self.seconds = state["step"], state["seconds"]
        self.progress = state["progress"]
        # A decay that has ended since may have found better weights than this state.
        self.best = min(state["best"], self.folder.best_score())
        self.curve = state["curve"]

    def _check_fits(self, state: dict[str, Any]) -> None:
        """Refuse a state whose network, properties or batches are not this run's."""
        keys = [item["key"] for item in state["scalings"]]
        if keys != [scaling.key for scaling in self.scalings]:
            raise DataError(f"{self.folder.path} contains a run with other properties.")
        mine = asdict(self.recipe)
        for name in ("model", "batch_size", "seed", "optimiser"):
            if state["recipe"][name] != mine[name]:
                raise DataError(
                    f"{self.folder.path} contains a run with a different {name}: "
                    f"{state['recipe'][name]}, not {mine[name]}."
                )

    def start_from(self, model: Crysformer) -> None:
        """Begin with exported weights instead of random ones."""
        self.learner.start_from(model)


def learner_on(ranks: Ranks) -> type[Learner]:
    """What takes steps where these ranks compute."""
    return DeviceLearner if ranks.device.type == "cuda" else HostLearner
