"""Chemical bonds are those that pymatgen finds."""

import numpy as np
import pytest
from pymatgen.analysis.local_env import MinimumDistanceNN
from pymatgen.core import Lattice, Structure

from crysformer.picture.bonds import chemical_bonds


@pytest.mark.parametrize(
    ("group", "lattice", "species", "coords", "neighbours"),
    [
        ("Fd-3m", Lattice.cubic(5.43), ["Si"], [[0, 0, 0]], 4),
        ("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]], 6),
        ("Pm-3m", Lattice.cubic(4.12), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]], 8),
        ("Im-3m", Lattice.cubic(2.87), ["Fe"], [[0, 0, 0]], 8),
        ("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]], 12),
    ],
)
def test_chemical_bonds_match_pymatgen(group, lattice, species, coords, neighbours):
    structure = Structure.from_spacegroup(group, lattice, species, coords)
    bonds = chemical_bonds(structure)
    assert np.bincount(bonds.i).tolist() == [neighbours] * len(structure)
    assert not bonds.one_way.any()
    theirs = MinimumDistanceNN(tol=0.1).get_nn_info(structure, 0)
    assert len(theirs) == neighbours
