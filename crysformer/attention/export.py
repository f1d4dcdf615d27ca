"""All weights of a crystal in one table, for people and programs outside the app."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crysformer.graph.bonds import CrystalBonds

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention, PairAttention


def bond_frame(attention: "BondAttention") -> pd.DataFrame:
    """One row for each directed bond; weights of module m, block b, head h in ``m_b_h``.

    Sites count from zero in the order of the structure, blocks and heads from one.
    """
    bonds = attention.bonds
    frame = pd.DataFrame(
        {
            "bond": np.arange(len(bonds)),
            "i": bonds.i,
            "j": bonds.j,
            **{f"image_{axis}": bonds.image[:, k] for k, axis in enumerate("abc")},
            "length": bonds.length,
            "multiplicity": bonds.multiplicity,
            "reverse": bonds.reverse,
        }
    )
    return pd.concat([frame, _weights(attention)], axis=1)


def pair_frame(attention: "PairAttention") -> pd.DataFrame:
    """One row for each pair of bonds; columns of weights as in ``bond_frame``."""
    pairs = attention.pairs
    frame = pd.DataFrame(
        {"bond": pairs.bond, "other": pairs.other, "angle_deg": pairs.angle_deg}
    )
    return pd.concat([frame, _weights(attention)], axis=1)


def bond_json(attention: "BondAttention", formula: str, model: str) -> str:
    """The same as a document: weights as nested lists, by block, then by head."""
    return _document(
        formula,
        model,
        "softmax over the bonds of a centre i, by module, block, head",
        bonds=bond_rows(attention),
    )


def pair_json(attention: "PairAttention", formula: str, model: str) -> str:
    """Pairs of bonds as a document, with the bonds that their numbers count."""
    return _document(
        formula,
        model,
        "softmax over the other bonds at the centre of a bond, by module, block, head",
        bonds=_bonds(attention.graph.bonds),
        bond_pairs=pair_rows(attention),
    )


def bond_rows(attention: "BondAttention") -> list[dict[str, Any]]:
    """Every directed bond: its ends, length, orbit, way back (-1: none) and weights."""
    return [
        {**row, "cross": cross.tolist(), "conditional": conditional.tolist()}
        for row, cross, conditional in zip(
            _bonds(attention.bonds), attention.cross, attention.conditional, strict=True
        )
    ]


def _bonds(bonds: CrystalBonds) -> list[dict[str, Any]]:
    return [
        {
            "id": row,
            "i": int(bonds.i[row]),
            "j": int(bonds.j[row]),
            "image": bonds.image[row].tolist(),
            "length": float(bonds.length[row]),
            "multiplicity": int(bonds.multiplicity[row]),
            "reverse": int(bonds.reverse[row]),
        }
        for row in range(len(bonds))
    ]


def pair_rows(attention: "PairAttention") -> list[dict[str, Any]]:
    """Every pair of bonds at one atom: both bonds, their angle and weights."""
    pairs = attention.pairs
    return [
        {
            "bond": int(pairs.bond[row]),
            "other": int(pairs.other[row]),
            "angle_deg": float(pairs.angle_deg[row]),
            "cross": attention.cross[row].tolist(),
            "conditional": attention.conditional[row].tolist(),
        }
        for row in range(len(pairs))
    ]


def _document(formula: str, model: str, definition: str, **rows: Any) -> str:
    document = {"formula": formula, "model": model, "definition": definition, **rows}
    return json.dumps(document, indent=1)


def _weights(attention: "BondAttention | PairAttention") -> pd.DataFrame:
    columns = {}
    for module in ("cross", "conditional"):
        weights = getattr(attention, module)
        for block, head in np.ndindex(weights.shape[1:]):
            columns[f"{module}_{block + 1}_{head + 1}"] = weights[:, block, head]
    return pd.DataFrame(columns)
