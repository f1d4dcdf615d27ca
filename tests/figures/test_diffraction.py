"""The plot of a diffraction pattern."""

from crysformer.description.diffraction import powder_pattern
from crysformer.figures.diffraction import pattern_figure
from crysformer.library.catalogue import load_library


def cubic(name):
    structure = load_library()[name].structure()
    return structure, structure.lattice.a


def test_figure_has_a_stick_for_each_line():
    structure, _ = cubic("bcc-fe")
    pattern = powder_pattern(structure)
    sticks, tips = pattern_figure(pattern).data
    assert len(sticks.x) == 3 * len(pattern.reflections)
    assert list(tips.x) == [line.two_theta for line in pattern.reflections]
    assert next(iter(tips.text)) == "(1 1 0)"
