"""Every downloadable file comes back as the same crystal through our own readers."""

import numpy as np
import pytest
from pymatgen.analysis.structure_matcher import StructureMatcher

from crysformer.library.catalogue import load_library
from crysformer.structure.read import read_structure
from crysformer.structure.write import FORMATS

NAMES = ["rock-salt-nacl", "rutile-tio2", "quartz-sio2", "corundum-al2o3", "m1-vo2"]


@pytest.mark.parametrize("label", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_round_trip(name, label):
    crystal = load_library()[name].structure()
    file = FORMATS[label]
    found = read_structure(file.write(crystal).encode(), f"x{file.ending}")
    assert found.composition.reduced_formula == crystal.composition.reduced_formula
    assert found.density == pytest.approx(crystal.density, rel=1e-6)
    matcher = StructureMatcher(primitive_cell=True, ltol=1e-4, stol=1e-4, angle_tol=0.01)
    assert matcher.fit(found, crystal)


@pytest.mark.parametrize("label", ["CIF", "POSCAR", "JSON"])
def test_files_of_the_shown_cell_keep_it(label):
    crystal = load_library()["rutile-tio2"].structure()
    crystal.make_supercell([1, 2, 1])
    found = read_structure(FORMATS[label].write(crystal).encode(), "x")
    assert len(found) == 12
    np.testing.assert_allclose(found.lattice.abc, crystal.lattice.abc, atol=1e-6)


def test_symmetrised_file_holds_the_group_and_the_independent_atoms():
    text = FORMATS["Symmetrised CIF"].write(load_library()["rutile-tio2"].structure())
    assert "P4_2/mnm" in text
    assert sum(line.split()[:1] in (["Ti"], ["O"]) for line in text.splitlines()) == 2


def test_poscar_keeps_each_element_together():
    crystal = load_library()["rock-salt-nacl"].structure()
    mixed = crystal.__class__.from_sites([crystal[k] for k in (0, 4, 1, 5, 2, 6, 3, 7)])
    lines = FORMATS["POSCAR"].write(mixed).splitlines()
    assert lines[5].split() == ["Na", "Cl"]
    assert lines[6].split() == ["4", "4"]
