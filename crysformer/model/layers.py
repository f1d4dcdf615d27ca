"""Cross-attention, conditional attention and feed-forward on a graph.

Source: Wang et al., Chinese Physics B 32, 090703 (2023), section 2.3. The formulas are
those of independent descendants of the paper's code where the paper's own are lost; what
is our choice is marked so. Letters: N nodes, E edges, H heads, d width of one head.

Every function is pure. Attention weights are returned, never stored: one model serves all
visitors of the app at the same time.
"""

from typing import NamedTuple

from torch import Tensor, nn

from crysformer.model.fused import (
    joint_product,
    sum_of_edge_values,
    sum_of_neighbour_values,
)
from crysformer.model.segments import (
    Edges,
    add,
    by_rows,
    edge_softmax,
    gather_rows,
    product,
    scores_per_head,
    silu,
)
from crysformer.model.trace import LayerTrace, ModuleTrace


class LayerAttention(NamedTuple):
    """Attention of one layer: weights of whole orbits, (E, H) each."""

    cross: Tensor
    conditional: Tensor


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
        logits = scores_per_head(product(query, self.key(edge)), self.num_heads)
        attention = edge_softmax(logits, edges)
        total = sum_of_edge_values(self.value, attention, edge, edges)
        return self.norm(add(self.output(total), nodes)), attention


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
        query, key, value = self.query(nodes), self.key(nodes), self.value(nodes)
        joint = joint_product(query, key, self.condition, edge, edges)
        attention = edge_softmax(scores_per_head(joint, self.num_heads), edges)
        total = sum_of_neighbour_values(attention, value, edges)
        nodes = self.norm(add(self.output(total), nodes))
        if self.edge_output is not None:
            edge = by_rows(self._update_edges, joint, edge)
        return nodes, edge, attention

    def _update_edges(self, joint: Tensor, edge: Tensor) -> Tensor:
        return self.edge_norm(add(self.edge_output(joint), edge))


class FeedForward(nn.Module):
    """``x <- LayerNorm(x + W_2 SiLU(W_1 x))``, on nodes and on edges [paper]."""

    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.expand = nn.Linear(width, ratio * width)
        self.contract = nn.Linear(ratio * width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, rows: Tensor) -> Tensor:
        """Return updated rows of the same shape."""
        return by_rows(self._update, rows)

    def _update(self, rows: Tensor) -> Tensor:
        hidden = silu(self.expand(rows))
        return self.norm(add(self.contract(hidden), rows))


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
