"""Read the steps of VASP: XDATCAR and vasprun.xml."""

import re
from collections.abc import Sequence
from functools import partial
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.lines import numbers
from crysformer.structure.formats.poscar import read_poscar
from crysformer.structure.formats.raw import Entry, RawCrystal, Species

_HEADER = 7
_STEP = re.compile(r"\s*(?:direct|cartesian)\s+configuration\s*=", re.I)


def read_xdatcar(text: str) -> Sequence[Entry]:
    """Find the steps of an XDATCAR, of one cell or of a cell for each.

    Raises:
        StructureError: It holds no step.
    """
    lines = text.split("\n")
    places = [place for place, line in enumerate(lines) if _STEP.match(line)]
    if not places:
        raise StructureError("holds no configuration; give the whole XDATCAR")
    header = lines[: places[0]]
    found = []
    ends = [*places[1:], len(lines)]
    for place, end in zip(places, ends, strict=True):
        rows = lines[place + 1 : end]
        step = "\n".join([*header, lines[place], *rows])
        found.append(Entry("", partial(read_poscar, step), step))
        # A cell that changes is written before each configuration.
        if end < len(lines) and len(rows) > _HEADER and _is_header(rows[-_HEADER:]):
            header = rows[-_HEADER:]
    return found


def _is_header(lines: Sequence[str]) -> bool:
    """Tell the names and counts at the end of a header from coordinates."""
    names, counts = lines[-2].split(), lines[-1].split()
    return (
        len(names) == len(counts) > 0
        and all(word[0].isalpha() for word in names)
        and all(word.isdecimal() for word in counts)
    )


def read_vasprun(text: str) -> Sequence[Entry]:
    """Find the structures of a vasprun.xml, also of a run that has not ended.

    Raises:
        StructureError: It names no atoms, or is no XML.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise StructureError(
            "declares XML entities, which VASP never does; export it again"
        )
    parser = XMLPullParser(["end"])
    symbols: list[str] = []
    structures: list[Element] = []
    try:
        parser.feed(text)
        for _, element in parser.read_events():
            if element.tag == "array" and element.get("name") == "atoms":
                symbols = [_text(row.find("c")) for row in element.iter("rc")]
            elif element.tag == "structure":
                structures.append(element)
    except ParseError as error:
        if not structures:
            raise StructureError(
                "is a vasprun.xml that is not valid XML before its first structure; "
                "give the whole file"
            ) from error
    structures = [each for each in structures if _rows(each, "positions")]
    if not symbols or not structures:
        raise StructureError(
            "is a vasprun.xml without atoms (no atominfo, or no positions); give the "
            "whole file"
        )
    return [Entry("", partial(_structure, each, symbols)) for each in structures]


def _structure(element: Element, symbols: Sequence[str]) -> RawCrystal:
    lattice = _vectors(element, "basis")
    sites: list[Species] = [[(symbol, 1.0)] for symbol in symbols]
    return RawCrystal(lattice, sites, _vectors(element, "positions"))


def _rows(element: Element, name: str) -> list[Element]:
    for array in element.iter("varray"):
        if array.get("name") == name:
            return array.findall("v")
    return []


def _vectors(element: Element, name: str) -> FloatArray:
    rows = _rows(element, name)
    return np.array([numbers(_text(row).split(), 3, name) for row in rows]).reshape(-1, 3)


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
