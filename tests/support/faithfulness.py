"""Studies of a small random network, for the tests of what is found in them."""

from pymatgen.core import Structure

from crysformer.faithfulness.study import Study, study
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.config import get_preset
from crysformer.model.network import Crysformer
from tests.support.attention import look_at

CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)
MEAN = {
    "Cross": lambda bonds: bonds.cross.mean(axis=(1, 2)),
    "Conditional": lambda bonds: bonds.conditional.mean(axis=(1, 2)),
}


def prepared(structure: Structure) -> CrystalGraph:
    """A crystal by the neighbour rule of this network."""
    return CrystalGraph.of(structure, CONFIG.neighbour_rule)


def studied(model: Crysformer, structure: Structure, **options) -> Study:
    """Effects and mean attention of every orbit of bonds."""
    return study(model, look_at(model, structure), MEAN, **options)
