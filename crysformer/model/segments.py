"""Sums, softmax and products over the edges of a graph that is sorted by centre.

Each has two ways with the same result. Where gradients may be asked for, every step makes
a new tensor, which training compiles. Where none can be, on a CPU, rows are summed by
segments and temporaries are overwritten: much of the time goes into memory otherwise.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

_LARGEST = 60.0
"""Logits up to here need no shift: their exponentials and sums stay normal numbers."""

_ROWS = 65_536
"""Rows that go through a row-wise step at once: no batch of small crystals has more."""


def may_overwrite(rows: Tensor) -> bool:
    """Whether temporaries may be overwritten: no gradient, no compiler, on a CPU."""
    return not (
        torch.is_grad_enabled() or torch.compiler.is_compiling() or not rows.is_cpu
    )


class Segments(NamedTuple):
    """Where the edges of each centre lie, for sums that need no gradient.

    What serves all heads at once lists the edges of one head after those of another.

    Attributes:
        rows: Every edge, (E,).
        starts: First edge of each centre, (N,).
        head_rows: Every edge, once for each head, (H E,).
        head_starts: First of them for each head and centre, (H N,).
        head_neighbours: Neighbour and head as one number, ``j H + h``, (H E,).
    """

    rows: Tensor
    starts: Tensor
    head_rows: Tensor
    head_starts: Tensor
    head_neighbours: Tensor

    @classmethod
    def of(cls, edge_index: Tensor, num_nodes: int, num_heads: int) -> "Segments | None":
        """Segments of ascending centres; None where a sum has to be differentiable."""
        neighbour, centre = edge_index
        if not may_overwrite(centre):
            return None
        counts = torch.bincount(centre, minlength=num_nodes)
        rows, starts = torch.arange(len(centre)), counts.cumsum(0) - counts
        head = torch.arange(num_heads)[:, None]
        return cls(
            rows,
            starts,
            rows.repeat(num_heads),
            (starts + head * len(centre)).view(-1),
            (neighbour * num_heads + head).view(-1),
        )


class Edges(NamedTuple):
    """Edges of a graph, sorted by centre.

    Attributes:
        neighbour: Node j of each edge, (E,).
        centre: Node i that attends along the edge, (E,).
        log_multiplicity: Log of how many equal edges a row stands for, times the
            envelope; added to attention logits, (E,).
        num_nodes: N.
        factor: Multiplies the weights of each edge after the softmax, which then no
            longer sum to one; for knock-outs only, None else, (E,).
        segments: See ``Segments.of``.
    """

    neighbour: Tensor
    centre: Tensor
    log_multiplicity: Tensor
    num_nodes: int
    factor: Tensor | None = None
    segments: Segments | None = None


def gather_rows(rows: Tensor, index: Tensor) -> Tensor:
    """Rows ``rows[index]``; (N, C), (E,) -> (E, C).

    ``gather`` where there are gradients: its backward is a scatter_add, ten times faster
    on CPUs than the sorted accumulation behind ``index_select``.
    """
    if may_overwrite(rows):
        return rows.index_select(0, index)
    return rows.gather(0, index[:, None].expand(-1, rows.shape[1]))


def sum_over_edges(messages: Tensor, edges: Edges) -> Tensor:
    """Sum of the messages at each centre; (E, C) -> (N, C)."""
    if edges.segments is not None:
        rows, starts = edges.segments[:2]
        return nn.functional.embedding_bag(rows, messages, starts, mode="sum")
    return sum_by(messages, edges.centre, edges.num_nodes)


def sum_by_head(weights: Tensor, rows: Tensor, index: Tensor, edges: Edges) -> Tensor:
    """Weighted sums at each centre, without gradients; -> (H, N, C).

    Args:
        weights: (E, H).
        rows: Any number of rows to take from, (R, C).
        index: Row for each edge, ordered as in ``Segments``, (H E,).
        edges: The graph, with its segments.
    """
    total = nn.functional.embedding_bag(
        index,
        rows,
        edges.segments.head_starts,
        mode="sum",
        per_sample_weights=weights.t().reshape(-1),
    )
    return total.view(weights.shape[1], edges.num_nodes, -1)


def sum_by(rows: Tensor, group: Tensor, num_groups: int) -> Tensor:
    """Sum of the rows of each group, in any order; (E, C), (E,) -> (N, C)."""
    total = rows.new_zeros(num_groups, rows.shape[1])
    return total.scatter_add(0, group[:, None].expand_as(rows), rows)


def edge_softmax(logits: Tensor, edges: Edges) -> Tensor:
    """Attention weights: softmax of logits over the edges of one centre.

    With multiplicities m the weight of a row is ``m exp(s) / sum m exp(s)``: what its m
    members carry together. (E, H) -> (E, H).
    """
    logits = logits + edges.log_multiplicity[:, None]
    if edges.segments is not None and _moderate(logits):
        weights = logits.exp_()
        total = sum_over_edges(weights, edges)
        weights.div_(gather_rows(total, edges.centre))
    else:
        centre = edges.centre[:, None].expand_as(logits)
        # Subtracting the largest logit keeps exp finite; it cancels: no gradient needed.
        largest = logits.new_full((edges.num_nodes, logits.shape[1]), -torch.inf)
        largest = largest.scatter_reduce(0, centre, logits.detach(), "amax")
        weights = (logits - largest.gather(0, centre)).exp()
        total = sum_over_edges(weights, edges)
        weights = weights / total.gather(0, centre)
    return weights if edges.factor is None else weights * edges.factor[:, None]


def _moderate(logits: Tensor) -> bool:
    """Whether no exponential overflows, nor all of one centre underflow."""
    if logits.numel() == 0:
        return True
    low, high = logits.aminmax()
    return float(low) > -_LARGEST and float(high) < _LARGEST


def weigh(weights: Tensor, values: Tensor) -> Tensor:
    """Each head's share of the values times its weight; (E, H), (E, H d) -> (E, H d)."""
    num_heads = weights.shape[1]
    heads = values.view(len(values), num_heads, values.shape[1] // num_heads)
    return (heads * weights[:, :, None]).view_as(values)


def scores_per_head(products: Tensor, num_heads: int) -> Tensor:
    """Sum over each head's width, over the square root of it; (E, H d) -> (E, H)."""
    # The width is written out: -1 is ambiguous where a graph has no edge left.
    width = products.shape[1] // num_heads
    if may_overwrite(products):
        scale = products.new_full((width,), width**-0.5)
        return products.view(-1, width).mv(scale).view(len(products), num_heads)
    heads = products.view(len(products), num_heads, width)
    return heads.sum(dim=-1) * width**-0.5


def product(first: Tensor, second: Tensor) -> Tensor:
    """Elementwise product; the first, a temporary, may be overwritten."""
    return first.mul_(second) if may_overwrite(first) else first * second


def add(first: Tensor, second: Tensor) -> Tensor:
    """Sum; the first, a temporary, may be overwritten."""
    return first.add_(second) if may_overwrite(first) else first + second


def silu(rows: Tensor) -> Tensor:
    """``x sigmoid(x)``; the rows, a temporary, may be overwritten."""
    return nn.functional.silu(rows, inplace=may_overwrite(rows))


def by_rows(step: Callable[..., Tensor], *rows: Tensor) -> Tensor:
    """What a step makes of each row; in pieces where there are very many.

    What the step holds for a while is then small beside what it is given and returns.
    """
    if len(rows[0]) <= _ROWS or not may_overwrite(rows[0]):
        return step(*rows)
    pieces = zip(*(item.split(_ROWS) for item in rows), strict=True)
    return torch.cat([step(*piece) for piece in pieces])
