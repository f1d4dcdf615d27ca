"""What has to hold of any input: a crystal that can be used, or one harmless sentence."""

import numpy as np

from crysformer.description.layers import has_layers
from crysformer.description.summary import crystal_facts
from crysformer.errors import CrysformerError, StructureError
from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.rule import NeighbourRule
from crysformer.picture.bonds import chemical_bonds
from crysformer.screening.screen import single_crystals, unpack
from crysformer.structure.archive import is_archive
from crysformer.structure.formats.raw import MAX_SITES
from crysformer.structure.read import read_crystal

MAX_QUOTED = 200
"""Characters of a file that a message may carry."""
_MAX_CRYSTALS = 3


def judge(name: str, content: bytes) -> str:
    """Follow an input through everything that a visitor's file goes through.

    Args:
        name: Of the file, as it was given.
        content: Of the file.

    Returns:
        What came out: ``read``, ``refused`` or ``archive``.

    Raises:
        AssertionError: Something that must hold does not.
        Exception: Something was raised that is no sentence of ours.
    """
    if not is_archive(content):
        for label, each in single_crystals(name, content)[1:_MAX_CRYSTALS]:
            _judge_part(label, each, content)
        return _crystal(name, content)
    for member, inside in unpack(name, content)[:_MAX_CRYSTALS]:
        for label, each in single_crystals(member, inside)[:_MAX_CRYSTALS]:
            _judge_part(label, each, content)
    return "archive"


def _judge_part(name: str, part: bytes | StructureError, content: bytes) -> None:
    if isinstance(part, StructureError):
        check_sentence(str(part), content)
    else:
        _crystal(name, part)


def _crystal(name: str, content: bytes) -> str:
    try:
        found = read_crystal(content, name)
    except StructureError as fault:
        check_sentence(str(fault), content)
        return "refused"
    structure = found.structure
    assert 0 < len(structure) <= MAX_SITES
    assert np.isfinite(structure.lattice.matrix).all()
    assert np.isfinite(structure.frac_coords).all()
    for sentence in found.warnings:
        check_sentence(sentence, content)
    graph = _unless_refused(lambda: CrystalGraph.of(structure, NeighbourRule()))
    if graph is not None:
        assert (graph.arrays.lengths > 0).all()
        assert np.isfinite(graph.quotient.cosine).all()
        assert len(graph.bonds) >= 12 * len(structure)
    _unless_refused(lambda: crystal_facts(structure))
    _unless_refused(lambda: chemical_bonds(structure))
    assert has_layers(structure) in (True, False, None)
    return "read"


def _unless_refused(step):
    try:
        return step()
    except CrysformerError as error:
        check_sentence(str(error), b"")
        return None


def check_sentence(message: str, content: bytes) -> None:
    """Refuse a message that a terminal obeys, or that carries much of a file."""
    assert message.isprintable(), ascii(message)
    assert len(message) <= 800, message
    text = content.decode("latin-1")
    windows = range(len(message) - MAX_QUOTED)
    assert not any(message[n : n + MAX_QUOTED + 1] in text for n in windows), message
