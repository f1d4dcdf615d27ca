"""All weights of a crystal in one table, for people and programs outside the app."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from crysformer.attention import BondAttention, PairAttention


def bond_frame(bonds: "BondAttention") -> "pd.DataFrame":
    """One row for each directed bond; weights of module m, block b, head h in ``m_b_h``.

    Sites count from zero in the order of the structure, blocks and heads from one.
    """
    import pandas as pd

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
    return pd.concat([frame, _weights(bonds)], axis=1)


def pair_frame(pairs: "PairAttention") -> "pd.DataFrame":
    """One row for each pair of bonds; columns of weights as in ``bond_frame``."""
    import pandas as pd

    frame = pd.DataFrame(
        {"bond": pairs.bond, "other": pairs.other, "angle_deg": pairs.angle_deg}
    )
    return pd.concat([frame, _weights(pairs)], axis=1)


def bond_json(bonds: "BondAttention", formula: str, model: str) -> str:
    """The same as a document: weights as nested lists, by block, then by head."""
    document: dict[str, Any] = {
        "formula": formula,
        "model": model,
        "definition": "softmax over the bonds of a centre i, by module, block, head",
        "bonds": [
            {
                "id": row,
                "i": int(bonds.i[row]),
                "j": int(bonds.j[row]),
                "image": bonds.image[row].tolist(),
                "length": float(bonds.length[row]),
                "multiplicity": int(bonds.multiplicity[row]),
                "reverse": int(bonds.reverse[row]),
                "cross": bonds.cross[row].tolist(),
                "conditional": bonds.conditional[row].tolist(),
            }
            for row in range(len(bonds))
        ],
    }
    return json.dumps(document, indent=1)


def _weights(rows: "BondAttention | PairAttention") -> "pd.DataFrame":
    import pandas as pd

    columns = {}
    for module in ("cross", "conditional"):
        weights = getattr(rows, module)
        for block, head in np.ndindex(weights.shape[1:]):
            columns[f"{module}_{block + 1}_{head + 1}"] = weights[:, block, head]
    return pd.DataFrame(columns)
