"""Read the steps of VASP: XDATCAR and vasprun.xml."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.lines import bounded_lines, numbers
from crysformer.structure.formats.poscar import read_poscar
from crysformer.structure.formats.raw import (
    Entry,
    RawCrystal,
    Species,
    check_number_of_entries,
)

_HEADER = 7
_MAX_HEADER = 60
_MAX_LINES = 400_000
_MAX_DEPTH = 30
_STEP = re.compile(r"\s*(?:direct|cartesian)\s+configuration\s*=", re.I)


def read_xdatcar(text: str) -> Sequence[Entry]:
    """Find the steps of an XDATCAR, of one cell or of a cell for each.

    Raises:
        StructureError: It holds no step.
    """
    lines = bounded_lines(text, _MAX_LINES)
    places = [place for place, line in enumerate(lines) if _STEP.match(line)]
    if not places:
        raise StructureError("holds no configuration; give the whole XDATCAR")
    check_number_of_entries(len(places))
    header = lines[: min(places[0], _MAX_HEADER)]
    found = []
    ends = [*places[1:], len(lines)]
    for place, end in zip(places, ends, strict=True):
        own = partial(_own_text, header, lines, place, end)
        found.append(Entry("", partial(_read_step, own), own))
        # A cell that changes is written before each configuration.
        last = lines[max(place + 1, end - _HEADER) : end]
        if end < len(lines) and end - place > _HEADER + 1 and _is_header(last):
            header = last
    return found


def _own_text(header: Sequence[str], lines: Sequence[str], place: int, end: int) -> str:
    return "\n".join([*header, *lines[place:end]])


def _read_step(own: Callable[[], str]) -> RawCrystal:
    return read_poscar(own())


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
    parser = XMLPullParser(["start", "end"])
    symbols: list[str] = []
    structures: list[Element] = []
    depth = 0
    try:
        parser.feed(text)
        for event, element in parser.read_events():
            depth += 1 if event == "start" else -1
            if depth > _MAX_DEPTH:
                raise StructureError(
                    f"nests its XML deeper than {_MAX_DEPTH}, which VASP never does; "
                    "export it again"
                )
            if event == "start":
                continue
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
    check_number_of_entries(len(structures))
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
