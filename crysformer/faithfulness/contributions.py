"""What single atoms add to a prediction, read off the readout of one forward pass.

The readout is a network on the mean over the atoms' last features. All atoms of one
symmetry orbit are left out of that mean, whose other shares grow to one; the graph stays
as it is, so what they told their neighbours remains.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from crysformer.arrays import FloatArray
from crysformer.attention.forward_pass import ForwardPass
from crysformer.faithfulness.tables import in_unit
from crysformer.model.network import Crysformer
from crysformer.properties.scaling import Scaling


def atom_contributions(model: Crysformer, seen: ForwardPass) -> FloatArray:
    """Change of every output when one kind of atom has a say in the mean again.

    The contribution is the prediction minus the one without these atoms: above zero, they
    raise it.

    Args:
        model: Network in evaluation mode.
        seen: Its pass over the crystal.

    Returns:
        Standardised, (representative atoms, outputs); NaN where all atoms are of one
        kind, because nothing is left then.
    """
    number = len(seen.atom_features)
    if number == 1:
        return np.full((1, len(seen.outputs)), np.nan)
    multiplicity = seen.graph.arrays.atom_multiplicity
    fraction = multiplicity / multiplicity.sum()
    others = fraction * (1.0 - np.eye(number))
    shares = np.concatenate([fraction[None], others / others.sum(axis=1, keepdims=True)])
    weight = model.heads.bias
    with torch.inference_mode():
        means = torch.from_numpy(shares @ seen.atom_features).to(weight)
        values = model.heads(means).cpu().double().numpy()
    return values[0] - values[1:]


def site_contributions(
    model: Crysformer, seen: ForwardPass, scaling: Scaling, column: int
) -> NDArray[np.float64]:
    """What each site of the given cell adds to a property, in its unit.

    Args:
        model: Network in evaluation mode.
        seen: Its pass over the crystal.
        scaling: Of the property.
        column: Output of the network that the property is read from.

    Returns:
        (sites,); NaN where all sites are of one kind.
    """
    found = atom_contributions(model, seen)[:, column]
    # Taking the atoms out changes the output by the negative of what they add.
    output = float(seen.outputs[column])
    added = -in_unit(-found, output, scaling, seen.graph.structure)
    return added[seen.graph.atom_of_site]
