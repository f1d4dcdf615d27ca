"""Find the crystals in JSON, as numbers: nothing that a document names is ever built.

The JSON decoders of monty and ASE build whatever object a file names (through
``@module``, ``__ase_objtype__`` and constraints); nothing here does.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from crysformer.errors import StructureError
from crysformer.structure.formats.documents import crystals
from crysformer.structure.formats.raw import (
    MAX_ENTRIES,
    Entry,
    RawCrystal,
    check_number_of_entries,
)

_INSIDE = ("structure", "atoms", "attributes", "cell", "final_structure", "output")
"""Keys under which records and entries of databases keep their one crystal."""
_MANY = ("data", "structures", "entries", "results", "docs")
_NAMES = ("material_id", "jid", "id", "name", "_id", "entry_id", "formula_pretty")
_MAX_DEPTH = 4

Document = dict[str, Any]


def read_json(text: str) -> Sequence[Entry]:
    """Find the crystals of a document, a list of documents, or JSON lines.

    Args:
        text: JSON, or one JSON document a line.

    Raises:
        StructureError: It is no JSON, or no crystal is in it.
    """
    entries = (entry for data in _documents(text) for entry in _entries(data, _MAX_DEPTH))
    found = list(islice(entries, MAX_ENTRIES + 1))
    check_number_of_entries(len(found))
    if not found:
        raise StructureError(
            "is JSON but holds neither a pymatgen Structure nor ASE atoms, nor a record "
            "of JARVIS or OPTIMADE; save it with Structure.to_json() or ase.io.write()"
        )
    return found


def _documents(text: str) -> Iterator[Any]:
    """Yield the document of a text, or those on its lines."""
    try:
        yield json.loads(text)
        return
    except ValueError as error:
        fault = error
    check_number_of_entries(text.count("\n"))
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        documents = [json.loads(line) for line in lines]
    except ValueError:
        where = f"line {fault.lineno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise StructureError(
            f"is not valid JSON ({where or 'a number is too long'}); it may have been "
            "cut off: save it again"
        ) from fault
    yield from documents


def _entries(data: Any, depth: int) -> Iterator[Entry]:
    """Yield the crystals at and below one place of a document."""
    if depth == 0:
        return
    if isinstance(data, list):
        if crystals.is_spglib_cell(data):
            yield Entry(
                "", partial(crystals.spglib_cell, data), partial(json.dumps, data)
            )
            return
        check_number_of_entries(len(data))
        for each in data:
            yield from _entries(each, depth - 1)
    elif isinstance(data, dict):
        if reader := _reader(data):
            yield Entry(name_of(data), partial(reader, data), partial(json.dumps, data))
        elif "ids" in data:  # a database of ASE
            for number in crystals.array(data["ids"]):
                yield from _entries(data.get(str(int(number))), 1)
        else:
            yield from _nested(data, depth)


def _nested(data: Document, depth: int) -> Iterator[Entry]:
    """Yield what a record or an answer of a server holds."""
    for key in _INSIDE:
        inside = data.get(key)
        if isinstance(inside, dict):
            found = list(_entries(inside, depth - 1))
            if found:
                for entry in found:
                    read = partial(_with_facts, entry.read, data)
                    own = partial(json.dumps, data)
                    yield Entry(entry.name or name_of(data), read, own)
                return
    for key in _MANY:
        if isinstance(data.get(key), list | dict):
            yield from _entries(data[key], depth - 1)


def _with_facts(read: Callable[[], RawCrystal], record: Document) -> RawCrystal:
    return read()._replace(stated=crystals.stated(record))


def _reader(data: Document) -> Callable[[Document], RawCrystal] | None:
    """Return what reads a document that is itself a crystal."""
    if "lattice_mat" in data:
        return crystals.jarvis_atoms
    if "lattice_vectors" in data:
        return crystals.optimade
    if isinstance(data.get("lattice"), dict | list):
        return crystals.with_lattice
    if "sites" in data:
        raise StructureError(
            "has no lattice, so it is a molecule and not a crystal; give a Structure"
        )
    if "positions" in data or "scaled_positions" in data:
        return crystals.ase_atoms if {"numbers", "symbols"} & data.keys() else None
    return None


def name_of(data: Document) -> str:
    """What a document calls its crystal; empty where it does not say."""
    return next((str(data[key]) for key in _NAMES if isinstance(data.get(key), str)), "")
