"""The two attention modules at one atom, recomputed from the raw weight matrices.

Plain numpy and no network: every array here is one symbol of an equation, so that a
person can follow the calculation from the features of an atom to its update. Letters:
E bonds of the atom, H heads, d width of a head, C width of the atom's features, D width
of a bond's. The arithmetic has the precision of what is put in.

Equations: ``crysformer/model/layers.py``, after Wang et al., Chinese Physics B 32, 090703
(2023), section 2.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray]
"""Matrices and offsets of one module by name, such as ``query.weight``."""

EPSILON = 1e-5
"""Added to the variance by LayerNorm, as torch does."""


@dataclass(frozen=True)
class CrossByHand:
    """Cross-attention of one atom.

    Attributes:
        query: ``q = W_q h_i + b_q``, (H, d).
        key: ``k_j = W_k e_ij + b_k``, (E, H, d).
        score: ``s_j = q . k_j / sqrt(d)``, (E, H).
        attention: ``a_j = w_j exp(s_j) / sum w exp(s)`` with the envelope w, (E, H).
        value: ``v_j = W_v e_ij + b_v``, (E, H, d).
        message: ``m = sum_j a_j v_j``, (H, d).
        update: ``W_o m + b_o``, (C,).
        result: ``LayerNorm(h_i + update)``, (C,).
    """

    query: NDArray
    key: NDArray
    score: NDArray
    attention: NDArray
    value: NDArray
    message: NDArray
    update: NDArray
    result: NDArray


@dataclass(frozen=True)
class ConditionalByHand:
    """Conditional attention of one atom.

    Attributes:
        query: ``q = W_q h_i + b_q``, (H, d).
        key: ``k_j = W_k h_j + b_k``, (E, H, d).
        gate: ``g_j = tanh(W_c e_ij + b_c)``, (E, H, d).
        product: ``p_j = q * k_j * g_j``, element by element, (E, H, d).
        score: ``s_j = sum p_j / sqrt(d)``, (E, H).
        attention: ``b_j = w_j exp(s_j) / sum w exp(s)`` with the envelope w, (E, H).
        value: ``v_j = W_v h_j + b_v``, (E, H, d).
        message: ``m = sum_j b_j v_j``, (H, d).
        update: ``W_o m + b_o``, (C,).
        result: ``LayerNorm(h_i + update)``, (C,).
        edges: ``LayerNorm(e_ij + W_e p_j)``, (E, D); None where the module leaves the
            bonds as they are.
    """

    query: NDArray
    key: NDArray
    gate: NDArray
    product: NDArray
    score: NDArray
    attention: NDArray
    value: NDArray
    message: NDArray
    update: NDArray
    result: NDArray
    edges: NDArray | None


def cross_by_hand(
    weights: Weights, node: NDArray, edges: NDArray, envelope: NDArray, num_heads: int
) -> CrossByHand:
    """Follow cross-attention at one atom.

    Args:
        weights: The module's matrices.
        node: Features of the atom, (C,).
        edges: Features of its bonds, (E, D).
        envelope: How much each bond counts, (0, 1], (E,).
        num_heads: H.
    """
    query = _heads(_linear(weights, "query", node), num_heads)
    key = _heads(_linear(weights, "key", edges), num_heads)
    value = _heads(_linear(weights, "value", edges), num_heads)
    score = (query * key).sum(axis=-1) / np.sqrt(key.shape[-1]).astype(key.dtype)
    attention = softmax(score, envelope)
    message = (attention[:, :, None] * value).sum(axis=0)
    update = _linear(weights, "output", message.reshape(-1))
    result = layer_norm(weights, "norm", node + update)
    return CrossByHand(query, key, score, attention, value, message, update, result)


def conditional_by_hand(
    weights: Weights,
    node: NDArray,
    neighbours: NDArray,
    edges: NDArray,
    envelope: NDArray,
    num_heads: int,
) -> ConditionalByHand:
    """Follow conditional attention at one atom.

    Args:
        weights: The module's matrices.
        node: Features of the atom, (C,).
        neighbours: Features of the atom at the end of each bond, (E, C).
        edges: Features of its bonds, (E, D).
        envelope: How much each bond counts, (0, 1], (E,).
        num_heads: H.
    """
    query = _heads(_linear(weights, "query", node), num_heads)
    key = _heads(_linear(weights, "key", neighbours), num_heads)
    gate = _heads(np.tanh(_linear(weights, "condition", edges)), num_heads)
    value = _heads(_linear(weights, "value", neighbours), num_heads)
    product = query * key * gate
    score = product.sum(axis=-1) / np.sqrt(key.shape[-1]).astype(key.dtype)
    attention = softmax(score, envelope)
    message = (attention[:, :, None] * value).sum(axis=0)
    update = _linear(weights, "output", message.reshape(-1))
    new_edges = None
    if "edge_output.weight" in weights:
        change = _linear(weights, "edge_output", product.reshape(len(product), -1))
        new_edges = layer_norm(weights, "edge_norm", edges + change)
    return ConditionalByHand(
        query,
        key,
        gate,
        product,
        score,
        attention,
        value,
        message,
        update,
        layer_norm(weights, "norm", node + update),
        new_edges,
    )


def softmax(score: NDArray, envelope: NDArray) -> NDArray:
    """Turn scores into weights that sum to one over the bonds; (E, H), (E,) -> (E, H)."""
    # Subtracting the largest score cancels and keeps exp finite.
    parts = envelope[:, None] * np.exp(score - score.max(axis=0))
    return parts / parts.sum(axis=0)


def layer_norm(weights: Weights, name: str, rows: NDArray) -> NDArray:
    """Shift and scale each row to mean 0 and deviation 1, then by learnt factors."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt(variance + rows.dtype.type(EPSILON))
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _linear(weights: Weights, name: str, rows: NDArray) -> NDArray:
    return rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _heads(rows: NDArray, num_heads: int) -> NDArray:
    return rows.reshape(*rows.shape[:-1], num_heads, -1)
