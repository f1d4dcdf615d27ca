"""Crystals of the lesson's tests, and their graphs."""

from crysformer.graph.crystal import CrystalGraph
from crysformer.lesson.neighbourhood import neighbourhood_of
from crysformer.library.catalogue import load_library
from crysformer.model.config import get_preset

CONFIG = get_preset("shipped")
LIBRARY = load_library()
SALT, SILICON, IRON, COPPER, QUARTZ = (
    LIBRARY[name]
    for name in ("rock-salt-nacl", "diamond-si", "bcc-fe", "fcc-cu", "quartz-sio2")
)


def graph_of(crystal):
    return CrystalGraph.of(crystal.structure(), CONFIG.neighbour_rule)


def first(crystal):
    graph = graph_of(crystal)
    return graph, neighbourhood_of(graph, graph.different_atoms[0])
