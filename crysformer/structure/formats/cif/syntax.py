"""The grammar of CIF: blocks, items and loops as gemmi reads them, under one spelling.

Names of all dictionaries become those of the first one: ``_atom_site.fract_x`` of DDLm
and mmCIF is ``_atom_site_fract_x`` here, in lower case.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import gemmi

from crysformer.errors import StructureError
from crysformer.structure.formats.numbers import plain_minus
from crysformer.structure.formats.raw import check_number_of_entries

_PREFIXES = (
    "_atom_site",
    "_cell_",
    "_chemical_formula_sum",
    "_exptl_crystal_density",
    "_space_group",
    "_symmetry",
)
"""Names of what makes a crystal, and of what is compared with it."""
_UNKNOWN = ("", "?", ".")
_MAX_REPAIRS = 20
_MAX_PARSED = 5_000_000
"""Characters that are parsed in all, however many repairs that leaves room for."""
_MAX_ROWS = 100_000
_PLACE = re.compile(r"string:(\d+)(?::\d+\(\d+\))?(.{0,200})", re.S)


@dataclass(frozen=True)
class Block:
    """One block of a CIF: what makes its crystal.

    Attributes:
        name: Behind ``data_``.
        source: The block as gemmi has it.
        text: Returns the block as a CIF of its own; None if the file has no other.
    """

    name: str
    source: gemmi.cif.Block
    text: Callable[[], str] | None

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """For each name in lower case its values as texts; one for a single item."""
        return _columns(self.source)

    def has(self, name: str) -> bool:
        """Tell whether there is a column; quick where a loop spells it as most do."""
        spelt = (name, name.replace("_atom_site_", "_atom_site."))
        return any(self.source.find_loop(tag) for tag in spelt) or name in self.columns

    def first(self, *names: str) -> str:
        """Return the first value that is known of some names, or an empty text."""
        for name in names:
            for value in self.columns.get(name, [])[:1]:
                if value not in _UNKNOWN:
                    return value
        return ""

    def column(self, *names: str) -> list[str]:
        """Return the values of the first of some names that is there, or none."""
        return next((self.columns[name] for name in names if name in self.columns), [])


def read_blocks(text: str) -> list[Block]:
    """Read all blocks of a CIF.

    Args:
        text: The whole content, its lines ended by line feeds alone.

    Raises:
        StructureError: It does not follow the grammar; the line is in the message.
    """
    text = _ascii(text)
    start = re.search(r"^[ \t]*data_", text, re.M | re.I)
    # Words in front of the first block, of a letter or an email, are none of it.
    text = text[start.start() :] if start else f"data_pasted\n{text}"
    document = _parsed(text)
    check_number_of_entries(len(document))
    several = len(document) > 1
    return [
        Block(block.name.strip(), block, block.as_string if several else None)
        for block in document
    ]


def _ascii(text: str) -> str:
    """Return a text of the characters that CIF allows outside of texts."""
    text = plain_minus(text)
    if not text.isascii():
        text = re.sub(r"[^\x00-\x7f]", "~", text.replace("\u00a0", " "))
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", " ", text)


def _parsed(text: str) -> gemmi.cif.Document:
    """Parse a text; what is broken outside of the crystal's own items is left out."""
    lines = text.split("\n")
    room = max(_MAX_PARSED - len(text), 0)
    for _ in range(_MAX_REPAIRS):
        try:
            return gemmi.cif.read_string("\n".join(lines), check_level=0)
        except (ValueError, RuntimeError) as error:
            found = _PLACE.match(str(error))
            number = int(found[1]) if found else 0
            room -= len(text)
            if (
                room < 0
                or not 0 < number <= len(lines)
                or not _repaired(lines, number - 1)
            ):
                raise _fault(lines, number, found[2] if found else "") from error
    raise StructureError(
        f"has more than {_MAX_REPAIRS} lines that are no CIF; export it again"
    )


def _repaired(lines: list[str], index: int) -> bool:
    """Take out a broken line that says nothing of the crystal; tell if it was one."""
    line = lines[index].strip()
    name = line.split(maxsplit=1)[0].lower() if line else ""
    if not name.startswith("_") or name.replace(".", "_").startswith(_PREFIXES):
        return False
    before = next((each.strip() for each in reversed(lines[:index]) if each.strip()), "")
    in_loop = before.lower().startswith("loop_") or re.fullmatch(r"_\S+", before)
    if in_loop or line == name:
        return False
    lines[index] = f"{name} ?"
    return True


def _fault(lines: Sequence[str], number: int, reason: str) -> StructureError:
    """Return the error for a line that is no CIF."""
    line = lines[number - 1].strip()[:40] if 0 < number <= len(lines) else ""
    if "Wrong number of values" in reason:
        return StructureError(
            f"has a loop_ (line {number}) whose values do not fill its rows; give one "
            "value for each name in every row, '?' where it is unknown"
        )
    if "unterminated" in reason:
        return StructureError(
            f"has a quoted text that does not end (line {number}, {line!r}); close the "
            "quotation mark, or put the text between lines of a single ;"
        )
    if "no value" in reason:
        return StructureError(
            f"has a name without a value (line {number}, {line!r}); add the value or '?'"
        )
    return StructureError(
        f"is not a CIF from line {number} on ({line!r}); correct that line: each name "
        "takes one value, with quotation marks if it has spaces"
    )


def _columns(block: gemmi.cif.Block) -> dict[str, list[str]]:
    """Return what makes the crystal; where a name is repeated, its first values."""
    found: dict[str, list[str]] = {}
    for item in block:
        if item.pair is not None:
            name = _name(item.pair[0])
            if name.startswith(_PREFIXES):
                found.setdefault(name, [_value(item.pair[1])])
        elif item.loop is not None:
            names = [_name(tag) for tag in item.loop.tags]
            if not any(name.startswith(_PREFIXES) for name in names):
                continue
            values, width = item.loop.values, len(names)
            for place, name in enumerate(names):
                if name.startswith(_PREFIXES):
                    column = values[place : _MAX_ROWS * width : width]
                    found.setdefault(name, [_value(each) for each in column])
    return found


def _name(tag: str) -> str:
    return tag.lower().replace(".", "_").replace("[", "_").replace("]", "")


def _value(raw: str) -> str:
    """Return a value without its quotation marks; a quoted ? is unknown as well."""
    return gemmi.cif.as_string(raw).strip() if raw[:1] in "'\";" else raw
