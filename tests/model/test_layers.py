"""Attention against dense references written out from the equations."""

import pytest
import torch
from torch import Tensor

from crysformer.model.layers import (
    ConditionalAttention,
    CrossAttention,
    CrysformerLayer,
    FeedForward,
)
from crysformer.model.segments import (
    Edges,
    edge_softmax,
    gather_rows,
    scores_per_head,
    sum_by,
    sum_over_edges,
    weigh,
)

NODES, HEADS, WIDTH = 5, 2, 6
NODE_WIDTH, EDGE_WIDTH = 4, 3


@pytest.fixture
def edges() -> Edges:
    """A graph with every kind of centre: one edge, many edges, itself as neighbour."""
    torch.manual_seed(1)
    centre = torch.tensor([0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4])
    neighbour = torch.tensor([1, 1, 1, 4, 0, 3, 0, 1, 2, 3, 4, 4, 0])
    multiplicity = torch.tensor([2, 1, 3, 1, 1, 1, 4, 1, 2, 6, 1, 1, 2]).double()
    return Edges(neighbour, centre, multiplicity.log(), NODES)


def leaf(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def dense_softmax(logits: Tensor, edges: Edges) -> Tensor:
    """Softmax over a dense (centre, edge) table, -inf where an edge is elsewhere."""
    elsewhere = edges.centre[None, :] != torch.arange(edges.num_nodes)[:, None]
    table = (logits + edges.log_multiplicity[:, None]).expand(edges.num_nodes, -1, -1)
    table = torch.softmax(table.masked_fill(elsewhere[:, :, None], -torch.inf), dim=1)
    return table[edges.centre, torch.arange(len(logits))]


def gradients(output: Tensor, inputs: list[Tensor]) -> list[Tensor]:
    """Gradients of a fixed random functional of the output."""
    generator = torch.Generator().manual_seed(9)
    weights = torch.randn(output.shape, generator=generator, dtype=output.dtype)
    return list(torch.autograd.grad((output * weights).sum(), inputs, retain_graph=True))


def assert_same(
    found: list[Tensor], wanted: list[Tensor], inputs: list[Tensor] | None = None
) -> None:
    """Same values; and the same gradients with respect to the inputs."""
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
        if inputs is not None:
            sides = zip(gradients(one, inputs), gradients(other, inputs), strict=True)
            for left, right in sides:
                torch.testing.assert_close(left, right, rtol=0, atol=1e-11)


def test_edge_softmax_is_the_dense_softmax(edges):
    logits = leaf(len(edges.centre), HEADS)
    assert_same([edge_softmax(logits, edges)], [dense_softmax(logits, edges)], [logits])


def test_gradients_of_the_primitives_are_right(edges):
    """Against finite differences, in double precision."""
    count = len(edges.centre)
    logits, rows, messages = leaf(count, HEADS), leaf(NODES, 3), leaf(count, 3)
    values = leaf(count, WIDTH)
    for function, inputs in (
        (lambda x: edge_softmax(x, edges), (logits,)),
        (lambda x: gather_rows(x, edges.neighbour), (rows,)),
        (lambda x: sum_over_edges(x, edges), (messages,)),
        (lambda x: scores_per_head(x, HEADS), (values,)),
        (weigh, (logits, values)),
    ):
        assert torch.autograd.gradcheck(function, inputs)


def test_gather_and_sum_are_indexing_and_index_add(edges):
    rows, messages = leaf(NODES, 3), leaf(len(edges.centre), 3)
    assert torch.equal(gather_rows(rows, edges.neighbour), rows[edges.neighbour])
    wanted = torch.zeros(NODES, 3).double().index_add(0, edges.centre, messages)
    assert_same([sum_over_edges(messages, edges)], [wanted], [messages])


def test_scores_divide_by_the_root_of_the_head_width():
    products = torch.arange(12.0).view(2, 6)
    wanted = torch.tensor([[3.0, 12.0], [21.0, 30.0]]) / 3**0.5
    torch.testing.assert_close(scores_per_head(products, 2), wanted)
    heads = torch.tensor([[1.0, 10.0], [0.0, 2.0]])
    weighed = weigh(heads, products)
    assert weighed.tolist() == [[0, 1, 2, 30, 40, 50], [0, 0, 0, 18, 20, 22]]


def test_a_multiplicity_is_a_repeated_row(edges):
    logits = leaf(len(edges.centre), HEADS)
    counts = edges.log_multiplicity.exp().round().long()
    owner = torch.arange(len(logits)).repeat_interleave(counts)
    repeated = Edges(
        edges.neighbour[owner], edges.centre[owner], torch.zeros(len(owner)), NODES
    )
    single = edge_softmax(logits[owner], repeated)
    together = sum_by(single, owner, len(logits))
    assert_same([edge_softmax(logits, edges)], [together], [logits])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_huge_logits_are_no_problem(edges, dtype):
    logits = (leaf(len(edges.centre), HEADS).detach() * 1e4).to(dtype).requires_grad_()
    edges = edges._replace(log_multiplicity=edges.log_multiplicity.to(dtype))
    weights = edge_softmax(logits, edges)
    torch.testing.assert_close(weights, dense_softmax(logits, edges))
    sums = sum_over_edges(weights, edges)
    torch.testing.assert_close(sums, torch.ones_like(sums))
    assert gradients(weights, [logits])[0].isfinite().all()
    shifted = edge_softmax(torch.full_like(logits, -1e4), edges)
    # At 1e4 single precision resolves logits to a thousandth.
    tolerance = 1e-3 if dtype == torch.float32 else 1e-11
    plain = edge_softmax(torch.zeros_like(logits), edges)
    torch.testing.assert_close(shifted, plain, rtol=tolerance, atol=0)


def test_the_order_of_edges_does_not_matter(edges):
    layer = CrysformerLayer(NODE_WIDTH, EDGE_WIDTH, WIDTH, HEADS, 2).double()
    nodes, edge = leaf(NODES, NODE_WIDTH), leaf(len(edges.centre), EDGE_WIDTH)
    order = torch.randperm(len(edge))
    shuffled = Edges(*(rows[order] for rows in edges[:3]), NODES)
    first = layer(nodes, edge, edges)
    second = layer(nodes, edge[order], shuffled)
    assert_same(
        [second[0], second[1], *second[2]],
        [first[0], first[1][order], *(weights[order] for weights in first[2])],
    )


def head(values: Tensor, index: int) -> Tensor:
    width = WIDTH // HEADS
    return values[index * width : (index + 1) * width]


def test_cross_attention_is_its_equation(edges):
    layer = CrossAttention(NODE_WIDTH, EDGE_WIDTH, WIDTH, HEADS).double()
    nodes, edge = leaf(NODES, NODE_WIDTH), leaf(len(edges.centre), EDGE_WIDTH)
    updated = []
    attention = torch.zeros(len(edge), HEADS, dtype=torch.float64)
    for i in range(NODES):
        mine = torch.nonzero(edges.centre == i).flatten()
        message = []
        for h in range(HEADS):
            logits = [
                head(layer.query(nodes[i]), h)
                @ head(layer.key(edge[e]), h)
                / (WIDTH / HEADS) ** 0.5
                + edges.log_multiplicity[e]
                for e in mine
            ]
            weights = torch.softmax(torch.stack(logits), dim=0)
            attention = attention.index_put((mine, torch.tensor(h)), weights)
            values = torch.stack([head(layer.value(edge[e]), h) for e in mine])
            message.append(weights @ values)
        updated.append(layer.norm(nodes[i] + layer.output(torch.cat(message))))
    assert_same(
        list(layer(nodes, edge, edges)),
        [torch.stack(updated), attention],
        [nodes, edge, layer.query.weight, layer.key.weight],
    )
    value = [layer.value.weight, layer.output.weight, layer.norm.weight]
    assert_same([layer(nodes, edge, edges)[0]], [torch.stack(updated)], value)


def test_conditional_attention_is_its_equation(edges):
    layer = ConditionalAttention(NODE_WIDTH, EDGE_WIDTH, WIDTH, HEADS, True).double()
    nodes, edge = leaf(NODES, NODE_WIDTH), leaf(len(edges.centre), EDGE_WIDTH)
    joint = []
    for e, (j, i) in enumerate(zip(edges.neighbour, edges.centre, strict=True)):
        condition = torch.tanh(layer.condition(edge[e]))
        joint.append(layer.query(nodes[i]) * layer.key(nodes[j]) * condition)
    updated = []
    attention = torch.zeros(len(edge), HEADS, dtype=torch.float64)
    for i in range(NODES):
        mine = torch.nonzero(edges.centre == i).flatten()
        message = []
        for h in range(HEADS):
            logits = [
                head(joint[e], h).sum() / (WIDTH / HEADS) ** 0.5
                + edges.log_multiplicity[e]
                for e in mine
            ]
            weights = torch.softmax(torch.stack(logits), dim=0)
            attention = attention.index_put((mine, torch.tensor(h)), weights)
            values = [head(layer.value(nodes[j]), h) for j in edges.neighbour[mine]]
            message.append(weights @ torch.stack(values))
        updated.append(layer.norm(nodes[i] + layer.output(torch.cat(message))))
    new_edges = [
        layer.edge_norm(edge[e] + layer.edge_output(joint[e])) for e in range(len(edge))
    ]
    found = layer(nodes, edge, edges)
    wanted = [torch.stack(updated), torch.stack(new_edges), attention]
    inputs = [nodes, edge, layer.query.weight, layer.key.weight, layer.condition.weight]
    assert_same(list(found), wanted, inputs)
    assert_same([found[0]], [wanted[0]], [layer.value.weight, layer.output.weight])
    assert_same([found[1]], [wanted[1]], [layer.edge_output.weight])


def test_feed_forward_is_its_equation():
    layer = FeedForward(NODE_WIDTH, 2).double()
    rows = leaf(NODES, NODE_WIDTH)
    hidden = rows @ layer.expand.weight.T + layer.expand.bias
    hidden = hidden / (1.0 + torch.exp(-hidden))
    wanted = rows + hidden @ layer.contract.weight.T + layer.contract.bias
    wanted = wanted - wanted.mean(dim=1, keepdim=True)
    wanted = wanted / (wanted.var(dim=1, correction=0, keepdim=True) + 1e-5).sqrt()
    assert_same([layer(rows)], [wanted], [rows])


SWITCHES = pytest.mark.parametrize(
    "off",
    [
        (),
        ("cross",),
        ("conditional",),
        ("condition_edges",),
        ("update_edges",),
        ("cross", "conditional"),
    ],
    ids=lambda names: "without " + (" and ".join(names) or "nothing"),
)


@SWITCHES
def test_a_layer_is_the_chain_of_the_parts_it_has(edges, off):
    switches = dict.fromkeys(off, False)
    layer = CrysformerLayer(NODE_WIDTH, EDGE_WIDTH, WIDTH, HEADS, 2, **switches).double()
    nodes, edge = leaf(NODES, NODE_WIDTH), leaf(len(edges.centre), EDGE_WIDTH)
    found_nodes, found_edge, attention = layer(nodes, edge, edges)

    names = {name.split(".")[0] for name, _ in layer.named_parameters()}
    wanted = {"node_feed_forward", "cross", "conditional", "edge_feed_forward"}
    wanted -= {*off, "edge_feed_forward"} if "update_edges" in off else {*off}
    assert names == wanted
    if "cross" not in off:
        nodes, cross = layer.cross(nodes, edge, edges)
        assert torch.equal(attention.cross, cross)
    assert attention.cross.shape == (len(edge), 0 if "cross" in off else HEADS)
    given = edge
    if "conditional" not in off:
        nodes, edge, conditional = layer.conditional(nodes, edge, edges)
        assert torch.equal(attention.conditional, conditional)
        untouched = {"condition_edges", "update_edges"} & set(off)
        assert torch.equal(edge, given) == bool(untouched)
    heads = 0 if "conditional" in off else HEADS
    assert attention.conditional.shape == (len(given), heads)
    assert torch.equal(found_nodes, layer.node_feed_forward(nodes))
    if "update_edges" in off:
        assert torch.equal(found_edge, given)
    else:
        assert torch.equal(found_edge, layer.edge_feed_forward(edge))
