"""Training on one or several ranks, stoppable and resumable at any minute."""

import signal
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from crysformer.data.dataset import Dataset
from crysformer.errors import DataError
from crysformer.graph.batch import collate
from crysformer.model.network import Crysformer
from crysformer.properties.scaling import Scaling, sizes_of
from crysformer.training.optimiser import make_optimisers, moving_average
from crysformer.training.padding import padded
from crysformer.training.plan import BatchPlan, share_by_work
from crysformer.training.processes import Ranks
from crysformer.training.recipe import (
    Recipe,
    label_weights,
    masked_loss,
    validation_score,
)
from crysformer.training.run_folder import RunFolder
from crysformer.training.schedule import (
    Budget,
    decay_factor,
    decay_progress,
    warmup_factor,
)
from crysformer.training.validate import validate

CHECKPOINT_SECONDS = 240.0
"""Time between checkpoints: what a power cut can cost."""

END_MARGIN = 0.005
"""How much worse than the best score the end of a decay may be and still be taken."""


class Trainer:
    """One training run on this rank.

    Args:
        recipe: Settings.
        scalings: Properties and their scalings; those with a base are not trained.
        train: Training crystals.
        val: Validation crystals.
        folder: Of the run.
        ranks: Who takes part.
    """

    def __init__(
        self,
        recipe: Recipe,
        scalings: Sequence[Scaling],
        train: Dataset,
        val: Dataset,
        folder: Path,
        ranks: Ranks,
    ) -> None:
        self.recipe, self.scalings, self.ranks = recipe, tuple(scalings), ranks
        self.train_data, self.val_data = train, val
        self.folder = RunFolder(folder)
        outputs = [s for s in scalings if not s.base]
        torch.manual_seed(recipe.seed)
        self.model = Crysformer(recipe.model, len(outputs)).to(ranks.device)
        self.average = AveragedModel(
            self.model, multi_avg_fn=moving_average(recipe.ema_decay)
        )
        if recipe.compiled:
            self.model.compile_layers()
        self.parallel: nn.Module = self.model
        if ranks.count > 1:
            # Without any attention nothing reads the bonds, and their layers stay idle.
            idle = not (recipe.model.cross or recipe.model.conditional)
            self.parallel = DistributedDataParallel(
                self.model, gradient_as_bucket_view=True, find_unused_parameters=idle
            )
        self.optimisers = make_optimisers(self.model, recipe)
        self.targets = _training_targets(train, scalings)
        coverage = (~self.targets.isnan()).float().mean(dim=0)
        self.label_weights = label_weights([s.key for s in outputs], coverage)
        self.plan = BatchPlan(train.graphs.work, recipe.batch_size, recipe.seed)
        self.step = 0
        self.seconds = self.progress = 0.0
        self.best = float("inf")
        self.curve: list[dict[str, Any]] = []
        self.stopping = False

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
        started_with, before, losses = self.step, self.progress, []
        last_save = clock = time.monotonic()
        bar = tqdm(
            desc="training",
            unit="step",
            initial=self.step,
            disable=not self.ranks.is_first,
            mininterval=5.0,
        )
        for step, crystals in self.plan.steps(self.step):
            spent = budget.spent(self.step - started_with)
            progress = decay_progress(spent, self.recipe.decay, before)
            spent, progress, stop = self.ranks.agree(spent, progress, self.stopping)
            if progress > 0.0 and self.progress == 0.0:
                self._save()  # the stable phase can go on from here after the decay
            if stop or spent >= 1.0:
                break
            self.progress = progress
            losses.append(self._train_step(crystals))
            self.step = step + 1
            now = time.monotonic()
            self.seconds, clock = self.seconds + now - clock, now
            bar.update()
            if self.step % self.plan.steps_per_pass == 0:
                self._save()  # before the validation, in which a stop may come
                last_save = now
                bar.set_postfix(self._evaluate(losses))
                self._save()  # and after it, with its point of the learning curve
                losses = []
            if now - last_save > CHECKPOINT_SECONDS:
                self._save()
                last_save = now
        bar.close()
        self.progress = max(self.progress, progress)
        self._save()
        if losses:
            self._evaluate(losses)
            self._save()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _train_step(self, crystals: np.ndarray) -> float:
        """One optimiser step on this rank's share of a batch; returns its loss."""
        share = share_by_work(crystals, self.train_data.graphs.work, self.ranks.count)
        mine = share[self.ranks.index]
        known = ~self.targets[torch.from_numpy(crystals)].isnan()
        total = (known * self.label_weights).sum()
        graphs = [self.train_data.graphs[row] for row in mine]
        half = self.recipe.precision == "bfloat16"
        batch = collate(padded(graphs) if half else graphs).to(self.ranks.device)
        with torch.autocast(self.ranks.device.type, torch.bfloat16, enabled=half):
            output = self.parallel(batch).values[: len(graphs)]
        loss = masked_loss(
            output.float(),
            self.targets[torch.from_numpy(mine)].to(output.device),
            self.label_weights.to(output.device),
            total.to(output.device),
            self.recipe.loss,
        )
        # Ranks average gradients; each loss is already over the labels of all ranks.
        (loss * self.ranks.count).backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        if not norm.isfinite():
            raise DataError(
                f"Training diverged at step {self.step}: the gradient is not finite. "
                "Resume with a lower learning_rate."
            )
        factor = warmup_factor(self.step, self.recipe.warmup_steps)
        rate = self.recipe.learning_rate * factor * decay_factor(self.progress)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad()
        self.average.update_parameters(self.model)
        return float(loss.detach())

    def _evaluate(self, losses: list[float]) -> dict[str, str]:
        """Validate the averaged weights, note the errors, keep the best."""
        errors = validate(self.average.module, self.scalings, self.val_data, self.ranks)
        total = self.ranks.sum(np.array([np.sum(losses)]))
        train_loss = float(total[0]) / max(len(losses), 1)
        score = validation_score(errors)
        if self.ranks.is_first:
            record = {
                "step": self.step,
                "passes": self.step * self.recipe.batch_size / len(self.train_data),
                "hours": self.seconds / 3600.0,
                "decay": self.progress,
                "learning_rate": self.optimisers[0].param_groups[0]["lr"],
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
            "average": self.average.module.state_dict(),
        }

    def _save(self) -> None:
        if not self.ranks.is_first:
            return
        state = self._averaged() | {
            "model": self.model.state_dict(),
            "num_averaged": self.average.n_averaged,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "seconds": self.seconds,
            "progress": self.progress,
            "best": self.best,
            "curve": self.curve,
        }
        self.folder.save(state)

    def resume(self) -> None:
        """Go on from the folder: an unfinished decay, else the stable phase.

        Raises:
            DataError: The folder holds no state, or one that does not fit this run.
        """
        state = self.folder.latest()
        self._check_fits(state)
        self.scalings = tuple(Scaling.from_dict(item) for item in state["scalings"])
        self.targets = _training_targets(self.train_data, self.scalings)
        self.model.load_state_dict(state["model"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.copy_(state["num_averaged"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
            # The first group of each holds matrices; only these are decayed.
            optimiser.param_groups[0]["weight_decay"] = self.recipe.weight_decay
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
        self.model.load_state_dict(model.state_dict())
        self.average.module.load_state_dict(model.state_dict())


def _training_targets(data: Dataset, scalings: Sequence[Scaling]) -> Tensor:
    """Standardised targets of the properties with an output, (crystals, outputs)."""
    composition = data.composition()
    encoded = [
        scaling.encode(
            data.values[:, column],
            composition,
            sizes_of(scaling.key, data.num_sites, data.formula_atoms),
        )
        for column, scaling in enumerate(scalings)
        if not scaling.base
    ]
    return torch.tensor(np.stack(encoded, axis=1), dtype=torch.float32)
