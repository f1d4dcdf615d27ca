"""Cross-attention, conditional attention and feed-forward on a graph.

Source: Wang et al., Chinese Physics B 32, 090703 (2023), section 2.3. The formulas are
those of independent descendants of the paper's code where the paper's own are lost; what
is our choice is marked so. Letters: N nodes, E edges, H heads, d width of one head.

Every function is pure. Attention weights are returned, never stored: one model serves all
visitors of the app at the same time.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from crysformer.model.trace import LayerTrace, ModuleTrace


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
    """

    neighbour: Tensor
    centre: Tensor
    log_multiplicity: Tensor
    num_nodes: int
    factor: Tensor | None = None


class LayerAttention(NamedTuple):
    """Attention of one layer: weights of whole orbits, (E, H) each."""

    cross: Tensor
    conditional: Tensor


def gather_rows(rows: Tensor, index: Tensor) -> Tensor:
    """Rows ``rows[index]``; (N, C), (E,) -> (E, C).

    ``gather`` and not indexing: its backward is a scatter_add, ten times faster on CPUs
    than the sorted accumulation behind ``index_select``.
    """
    return rows.gather(0, index[:, None].expand(-1, rows.shape[1]))


def sum_over_edges(messages: Tensor, centre: Tensor, num_nodes: int) -> Tensor:
    """Sum of the messages at each centre; (E, C), (E,) -> (N, C)."""
    total = messages.new_zeros(num_nodes, messages.shape[1])
    return total.scatter_add(0, centre[:, None].expand_as(messages), messages)


def edge_softmax(logits: Tensor, edges: Edges) -> Tensor:
    """Attention weights: softmax of logits over the edges of one centre.

    With multiplicities m the weight of a row is ``m exp(s) / sum m exp(s)``: what its m
    members carry together. (E, H) -> (E, H).
    """
    centre = edges.centre[:, None].expand_as(logits)
    logits = logits + edges.log_multiplicity[:, None]
    # Subtracting the largest logit keeps exp finite; it cancels, so needs no gradient.
    largest = logits.new_full((edges.num_nodes, logits.shape[1]), -torch.inf)
    largest = largest.scatter_reduce(0, centre, logits.detach(), "amax")
    weights = (logits - largest.gather(0, centre)).exp()
    total = sum_over_edges(weights, edges.centre, edges.num_nodes)
    weights = weights / total.gather(0, centre)
    return weights if edges.factor is None else weights * edges.factor[:, None]


def weigh(weights: Tensor, values: Tensor) -> Tensor:
    """Each head's share of the values times its weight; (E, H), (E, H d) -> (E, H d)."""
    num_heads = weights.shape[1]
    heads = values.view(len(values), num_heads, values.shape[1] // num_heads)
    return (heads * weights[:, :, None]).view_as(values)


def scores_per_head(products: Tensor, num_heads: int) -> Tensor:
    """Sum over each head's width, over the square root of it; (E, H d) -> (E, H)."""
    # The width is written out: -1 is ambiguous where a graph has no edge left.
    heads = products.view(len(products), num_heads, products.shape[1] // num_heads)
    return heads.sum(dim=-1) * heads.shape[-1] ** -0.5


class CrossAttention(nn.Module):
    """Node <- its edges [paper 2.3.1].

    ``a_ij = softmax_j(W_q h_i . W_k e_ij / sqrt(d))``,
    ``h_i <- LayerNorm(h_i + W_o sum_j a_ij W_v e_ij)``.
    The paper's prose divides by d; the root is the usual reading.
    """

    def __init__(
        self, node_width: int, edge_width: int, width: int, num_heads: int
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(node_width, width)
        self.key = nn.Linear(edge_width, width)
        self.value = nn.Linear(edge_width, width)
        self.output = nn.Linear(width, node_width)
        self.norm = nn.LayerNorm(node_width)

    def forward(self, nodes: Tensor, edge: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Return updated nodes (N, C) and attention (E, H)."""
        query = gather_rows(self.query(nodes), edges.centre)
        logits = scores_per_head(query * self.key(edge), self.num_heads)
        attention = edge_softmax(logits, edges)
        message = weigh(attention, self.value(edge))
        total = sum_over_edges(message, edges.centre, edges.num_nodes)
        return self.norm(nodes + self.output(total)), attention


class ConditionalAttention(nn.Module):
    """Node <- neighbour under the edge, and edge <- both [formulas of descendants].

    ``s_ij = (W_q h_i) * (W_k h_j) * tanh(W_c e_ij)`` elementwise,
    ``b_ij = softmax_j(sum s_ij / sqrt(d))``,
    ``h_i <- LayerNorm(h_i + W_o sum_j b_ij W_v h_j)``,
    ``e_ij <- LayerNorm(e_ij + W_e s_ij)``.
    """

    def __init__(
        self,
        node_width: int,
        edge_width: int,
        width: int,
        num_heads: int,
        update_edges: bool,
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(node_width, width)
        self.key = nn.Linear(node_width, width)
        self.value = nn.Linear(node_width, width)
        self.condition = nn.Linear(edge_width, width)
        self.output = nn.Linear(width, node_width)
        self.norm = nn.LayerNorm(node_width)
        self.edge_output = nn.Linear(width, edge_width) if update_edges else None
        self.edge_norm = nn.LayerNorm(edge_width) if update_edges else None

    def forward(
        self, nodes: Tensor, edge: Tensor, edges: Edges
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return updated nodes (N, C), updated edges (E, D) and attention (E, H)."""
        query = gather_rows(self.query(nodes), edges.centre)
        key_value = torch.cat([self.key(nodes), self.value(nodes)], dim=1)
        key, value = gather_rows(key_value, edges.neighbour).chunk(2, dim=1)
        joint = query * key * self.condition(edge).tanh()
        attention = edge_softmax(scores_per_head(joint, self.num_heads), edges)
        message = weigh(attention, value)
        total = sum_over_edges(message, edges.centre, edges.num_nodes)
        nodes = self.norm(nodes + self.output(total))
        if self.edge_output is not None:
            edge = self.edge_norm(edge + self.edge_output(joint))
        return nodes, edge, attention


class FeedForward(nn.Module):
    """``x <- LayerNorm(x + W_2 SiLU(W_1 x))``, on nodes and on edges [paper]."""

    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.expand = nn.Linear(width, ratio * width)
        self.contract = nn.Linear(ratio * width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, rows: Tensor) -> Tensor:
        """Return updated rows of the same shape."""
        hidden = nn.functional.silu(self.expand(rows))
        return self.norm(rows + self.contract(hidden))


class CrysformerLayer(nn.Module):
    """Cross-attention, conditional attention, feed-forward on one graph [paper 2.3].

    Args:
        node_width: Width of node features.
        edge_width: Width of edge features.
        width: Total width of the heads.
        num_heads: H.
        ratio: Widening of the feed-forward networks.
        cross: Ablation switch of cross-attention.
        conditional: Ablation switch of conditional attention with its edge update.
        update_edges: Whether anything reads the edges after this layer; the last layer on
            a graph leaves them as they are (our choice: its output would not be used).
    """

    def __init__(
        self,
        node_width: int,
        edge_width: int,
        width: int,
        num_heads: int,
        ratio: int,
        *,
        cross: bool = True,
        conditional: bool = True,
        condition_edges: bool = True,
        update_edges: bool = True,
    ) -> None:
        super().__init__()
        self.cross = (
            CrossAttention(node_width, edge_width, width, num_heads) if cross else None
        )
        self.conditional = (
            ConditionalAttention(
                node_width,
                edge_width,
                width,
                num_heads,
                update_edges and condition_edges,
            )
            if conditional
            else None
        )
        self.node_feed_forward = FeedForward(node_width, ratio)
        self.edge_feed_forward = FeedForward(edge_width, ratio) if update_edges else None

    def forward(
        self,
        nodes: Tensor,
        edge: Tensor,
        edges: Edges,
        trace: list[LayerTrace] | None = None,
    ) -> tuple[Tensor, Tensor, LayerAttention]:
        """Return updated nodes, updated edges and both attentions.

        A module that was ablated reports no weights: its attention has zero heads. What
        passes through the layer is appended to a trace, where there is one.
        """
        cross = conditional = edge.new_empty(len(edge), 0)
        first = second = None
        if self.cross is not None:
            before = nodes
            nodes, cross = self.cross(nodes, edge, edges)
            first = ModuleTrace(before, edge, cross, nodes, edge)
        if self.conditional is not None:
            before = nodes, edge
            nodes, edge, conditional = self.conditional(nodes, edge, edges)
            second = ModuleTrace(*before, conditional, nodes, edge)
        nodes = self.node_feed_forward(nodes)
        if self.edge_feed_forward is not None:
            edge = self.edge_feed_forward(edge)
        if trace is not None:
            trace.append(LayerTrace(first, second, nodes, edge))
        return nodes, edge, LayerAttention(cross, conditional)
