"""The parts of a step as CUDA graphs: one call each instead of thousands of kernels.

On a GPU a step of small kernels waits for the processor that starts them. A graph that
was captured once is replayed in one go, with the same tensors at the same places.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

_logger = logging.getLogger(__name__)

Part = Callable[[], None]
Prepare = Callable[[Sequence[Part]], list[Part]]

_WARM_UP = 3
"""Runs before a capture: kernels are chosen and compiled, states come into being."""


def fastest(
    parts: Sequence[Part], tensors: Callable[[], Iterable[Tensor]], capture: Prepare
) -> list[Part]:
    """Parts that do the same as fast as this machine can; none of them has run.

    Compiled layers or a capture that fail are done without, with a warning.

    Args:
        parts: What a step does, in order.
        tensors: What the parts change, once asked before and once after they ran; what
            has come into being by then starts from zero.
        capture: Runs the parts and makes of each one that can be replayed.
    """
    uncompiled = [_without_compiler(part) for part in parts]
    attempts = (
        (capture, parts, "without compiled layers"),
        (capture, uncompiled, "without a CUDA graph"),
    )
    for prepare, tried, instead in attempts:
        try:
            with _undone(tensors):
                return prepare(tried)
        except Exception as error:  # compilers and drivers fail with every kind
            _logger.warning(
                "Training goes on %s: %s: %s", instead, type(error).__name__, error
            )
    return uncompiled


def as_cuda_graphs(parts: Sequence[Part]) -> list[Part]:
    """Capture each part, after runs of all on a stream of their own."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        run_once(parts, _WARM_UP)
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    graphs, pool = [], torch.cuda.graph_pool_handle()
    # Several parts have messages between them, and a thread that watches over these asks
    # the driver meanwhile.
    mode = "global" if len(parts) == 1 else "thread_local"
    for part in parts:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool, capture_error_mode=mode):
            part()
        graphs.append(graph)
    torch.cuda.synchronize()
    return [graph.replay for graph in graphs]


def run_once(parts: Sequence[Part], times: int = 1) -> list[Part]:
    """Run the parts, which compiles them, and leave them as they are."""
    for _ in range(times):
        for part in parts:
            part()
    return list(parts)


def _without_compiler(part: Part) -> Part:
    def run() -> None:
        with torch.compiler.set_stance("force_eager"):
            part()

    return run


@contextmanager
def _undone(tensors: Callable[[], Iterable[Tensor]]) -> Iterator[None]:
    """Put back in their places the numbers that tensors had before."""
    before = {id(tensor): (tensor, tensor.detach().clone()) for tensor in tensors()}
    try:
        yield
    finally:
        with torch.no_grad():
            for tensor in tensors():
                if id(tensor) in before:
                    tensor.copy_(before[id(tensor)][1])
                else:
                    tensor.zero_()
