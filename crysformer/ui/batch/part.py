"""A few files of a batch, predicted by a worker process: no page waits for them."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from crysformer import predict, screening
from crysformer.errors import BusyError, LostError, TooLongError
from crysformer.paths import weights_folder
from crysformer.workers.pool import Pool

# Importing the model takes seconds, which an empty page need not wait for.
if TYPE_CHECKING:
    from crysformer.predict.predictor import Predictor
    from crysformer.screening.screen import Content, ScreenRow

DEADLINE_S = 300.0
"""Of one part: the largest eight crystals take 96 s on an idle core."""
# So few together that a visitor sees the first of them soon, and others get their turn:
# a cell of 1,000 atoms has some 70 kB, and takes seconds.
TOGETHER = 8
_BYTES_TOGETHER = 100_000
_LOOK_S = 0.1

Input = tuple[str, "Content"]


def parts_of(inputs: Sequence[Input]) -> Iterator[list[Input]]:
    """Cut files into parts that are predicted together; a large file is one alone."""
    part: list[Input] = []
    size = 0
    for name, content in inputs:
        own = len(content) if isinstance(content, bytes) else 0
        if part and (len(part) >= TOGETHER or size + own > _BYTES_TOGETHER):
            yield part
            part, size = [], 0
        part.append((name, content))
        size += own
    if part:
        yield part


def predict_part(
    inputs: Sequence[Input],
    predictor: "Predictor",
    pool: Pool,
    *,
    order: bool,
    cancelled: Callable[[], bool],
) -> "list[ScreenRow]":
    """Predict a few files; a file that ends its process, or its deadline, harms no other.

    Args:
        inputs: Name and content of each.
        predictor: The model.
        pool: Who computes; a pool without processes leaves it to this thread.
        order: Predict ordered approximations of disordered crystals.
        cancelled: Asked now and then whether the rows are still wanted.

    Returns:
        A row for each crystal; none where they are no longer wanted.
    """
    if not pool.workers:
        return screening.screen.screened(predictor, inputs, order)
    try:
        return _asked(inputs, predictor.name, pool, order, cancelled)
    except (LostError, TooLongError) as error:
        if len(inputs) == 1:
            return [screening.screen.ScreenRow(inputs[0][0], error=str(error))]
    return [
        row
        for each in inputs
        for row in predict_part([each], predictor, pool, order=order, cancelled=cancelled)
    ]


def load_model(model: str, pool: Pool) -> None:
    """Let a worker load a model while its visitor still looks for files."""
    if not pool.workers:
        return
    # A full queue is no reason against the page: the batch itself will wait.
    with suppress(BusyError):
        pool.submit(
            predict.remote.load,
            model,
            weights_folder(),
            deadline=DEADLINE_S,
            key=("batch", model),
            background=True,
        )


def _asked(
    inputs: Sequence[Input],
    model: str,
    pool: Pool,
    order: bool,
    cancelled: Callable[[], bool],
) -> "list[ScreenRow]":
    job = None
    while not cancelled():
        try:
            # Behind what other pages ask: a batch is long, and nobody stares at it.
            job = job or pool.submit(
                predict.remote.with_model,
                screening.screen.screened,
                model,
                weights_folder(),
                inputs,
                order,
                deadline=DEADLINE_S,
                background=True,
            )
        except BusyError:
            time.sleep(_LOOK_S)
        else:
            if job.wait(_LOOK_S):
                return job.result()
    return []
