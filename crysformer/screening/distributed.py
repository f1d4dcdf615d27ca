"""Screening on Ray Data: files are read lazily, predicted by actors, written in parts.

Readers cut each file into parts of a few hundred crystals, which is all that travels; an
actor that holds the model turns a part into a parquet file. Ray's executor reads no
further ahead than its store of objects allows, and gives a part whose actor has died to
another one. A part is written under its own name and moved into place when it is whole,
so that every row is there once, whoever died.
"""

import logging
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tqdm import tqdm

from crysformer.cores import available_cores
from crysformer.errors import SettingsError
from crysformer.heap import keep_heap
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import units
from crysformer.screening.parts import PartFolder, digest
from crysformer.screening.sources import Input, find_inputs, opened

if TYPE_CHECKING:
    from ray.data import Dataset

PART_CRYSTALS = 256
"""Crystals of a part: a few seconds of one core, which a death costs at most."""
_LARGE = 1_000_000
"""Bytes of a file that may hold many crystals and is read by a task of its own."""
_PART_BYTES = 4_000_000
"""Allowed in Ray's store for each part read ahead; most take a tenth of it."""
_STARTS = 3
"""Tries to start Ray here: it gives its processes 15 s, which a busy machine takes."""
_AHEAD = 4
"""Parts read ahead for each actor."""

Part = Mapping[str, Any]


def screen_with_ray(
    paths: Sequence[Path],
    predictor: Predictor,
    out: Path,
    *,
    address: str | None = None,
    order: bool = False,
    resume: bool = False,
    processes: int = 0,
) -> int:
    """Predict everything at some paths into a folder of parquet files.

    Args:
        paths: Files, folders and archives, see ``sources``; all machines see them.
        predictor: The model, by whose name actors load their own.
        out: Folder of the table, on a file system that all machines share.
        address: Of a running cluster; without one Ray starts here, for this run.
        order: Predict ordered approximations of disordered crystals.
        resume: Skip the parts that are in the folder.
        processes: Actors; 0 for one per core of the cluster (or per GPU, on one).

    Returns:
        Exit status: 1 if a crystal could not be predicted.

    Raises:
        SettingsError: Ray is missing, out of reach or gave up; or see ``PartFolder``.
    """
    inputs = find_inputs(paths)
    folder = PartFolder(out.resolve())
    run = {
        "model": predictor.name,
        "order": order,
        "inputs": digest(inputs),
        "part_crystals": PART_CRYSTALS,
    }
    with folder.opened(run, units(predictor), resume=resume):
        done = folder.done()
        _start(address, processes)
        try:
            parts = _filled(inputs, predictor, folder, set(done), order, processes)
            counts = _followed(parts, list(done.values()))
        finally:
            import ray

            ray.shutdown()
    crystals, failed = (sum(each) for each in zip((0, 0), *counts, strict=True))
    print(
        f"{crystals - failed} of {crystals} crystals predicted, {failed} failed.",
        file=sys.stderr,
    )
    return int(failed > 0)


def _start(address: str | None, processes: int) -> None:
    """Join a cluster, or start Ray on this machine alone."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Or it tells its makers.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # We say what went wrong.
    try:
        import ray
    except ImportError:
        raise SettingsError(
            "Ray is not installed here; install it with: pip install "
            "'crysformer[scale]', or in a checkout: -r requirements-scale.txt"
        ) from None
    here = {} if address else {"num_cpus": processes or available_cores()}
    for tries_left in reversed(range(_STARTS)):
        try:
            ray.init(
                address=address,
                include_dashboard=None if address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                **here,
            )
            return
        except Exception as error:  # Of many classes, a plain Exception among them.
            ray.shutdown()
            if address or not tries_left:
                where = f"at {address} cannot be reached" if address else "does not start"
                reason = str(error).splitlines()[0]
                raise SettingsError(f"Ray {where}: {reason}") from error


def _filled(
    inputs: Sequence[Input],
    predictor: Predictor,
    folder: PartFolder,
    done: set[str],
    order: bool,
    processes: int,
) -> "Dataset":
    """The parts that are left, filled as their counts are asked for."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext, ExecutionResources

    on_gpu = predictor.device.type == "cuda"
    kind = "GPU" if on_gpu else "CPU"
    actors = processes or max(1, int(ray.cluster_resources().get(kind, 1)))
    context = DataContext.get_current()
    context.enable_progress_bars = False
    # One part is one block: blocks are what travels, waits, and is done again.
    context.target_max_block_size = context.target_min_block_size = 1
    context.execution_options.resource_limits = ExecutionResources(
        object_store_memory=_AHEAD * actors * _PART_BYTES
    )
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    files = [
        {"number": number, "files": pickle.dumps(files)}
        for number, files in enumerate(portions(inputs))
    ]
    root = os.environ.get("CRYSFORMER_WEIGHTS")
    return (
        ray.data.from_items(files, override_num_blocks=len(files))
        .flat_map(
            partial(_read_parts, done=done, size=PART_CRYSTALS),
            num_cpus=0,
            concurrency=min(actors, len(files)),
        )
        .map_batches(
            _Actor,
            batch_size=1,
            compute=ActorPoolStrategy(size=actors),
            num_cpus=0 if on_gpu else 1,
            num_gpus=1 if on_gpu else 0,
            fn_constructor_args=(predictor.name, predictor.device.type, root),
            fn_kwargs={"folder": folder, "order": order},
        )
    )


def _followed(parts: "Dataset", counts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Wait for all parts; a bar counts crystals.

    Raises:
        SettingsError: Ray gave up, with the words of whoever failed.
    """
    before = sum(crystals for crystals, _ in counts)
    try:
        with tqdm(initial=before, unit="crystal", desc="screen") as bar:
            for batch in parts.iter_batches(batch_size=1, prefetch_batches=0):
                crystals, failed = (int(batch[key][0]) for key in ("crystals", "failed"))
                counts.append((crystals, failed))
                bar.update(crystals)
    except Exception as error:  # Ray wraps what others raised in classes of its own.
        # Its texts are tracebacks of which only the first exception's own line helps.
        text = str(error)
        for after in ("The above exception", "Failed to apply UDF"):
            text = text.partition(after)[0]
        last = text.strip().splitlines()[-1]
        raise SettingsError(f"Ray gave up ({last}); --resume does the rest.") from error
    return counts


def portions(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    """Deal files out to reading tasks: large ones alone, others in the size of a part."""
    together: list[Input] = []
    for given in inputs:
        path = given[1]
        if isinstance(path, Path) and path.is_file() and path.stat().st_size > _LARGE:
            yield [given]
            continue
        together.append(given)
        if len(together) == PART_CRYSTALS:
            yield together
            together = []
    if together:
        yield together


def _read_parts(task: Part, done: set[str], size: int) -> Iterator[dict[str, Any]]:
    """Cut the crystals of some files into parts; those that are done are passed over."""
    crystals = opened(pickle.loads(task["files"]))
    number = 0
    while chunk := list(islice(crystals, size)):
        part = f"part-{task['number']:06}-{number:06}"
        if part not in done:
            yield {"part": part, "inputs": pickle.dumps(chunk)}
        number += 1


class _Actor:
    """A process of the cluster that holds the model."""

    def __init__(self, model: str, device: str, root: str | None) -> None:
        torch.set_num_threads(1)
        keep_heap()
        self._predictor = Predictor(model, device, root=root and Path(root))

    def __call__(self, batch: Part, folder: PartFolder, order: bool) -> dict[str, Any]:
        """Fill the parts of a batch."""
        counts = [
            folder.fill(part, pickle.loads(inputs), self._predictor, order=order)
            for part, inputs in zip(batch["part"], batch["inputs"], strict=True)
        ]
        crystals, failed = np.array(counts).T
        return {"part": batch["part"], "crystals": crystals, "failed": failed}
