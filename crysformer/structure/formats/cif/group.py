"""What a CIF says of its symmetry: listed operations, or the settings it may mean."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.cif.syntax import Block
from crysformer.structure.formats.symmetry.expand import check_images
from crysformer.structure.formats.symmetry.operations import (
    Operations,
    closure,
    keeps_metric,
)
from crysformer.structure.formats.symmetry.settings import (
    Setting,
    by_hall,
    by_name,
    by_number,
)
from crysformer.structure.formats.symmetry.triplets import parse_operations, triplet_of

_LISTS = (
    "_space_group_symop_operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_space_group_symop_magn_operation_xyz",
    "_space_group_symop_magn_operation_mxmymz",
    "_space_group_symop_magn_id_xyz",
)
_CENTRINGS = "_space_group_symop_magn_centering_xyz"
_NAMES = (
    "_space_group_name_h-m_alt",
    "_symmetry_space_group_name_h-m",
    "_space_group_name_h-m_full",
    "_space_group_name_h-m_ref",
    "_space_group_name_h-m",
    "_symmetry_space_group_name_h-m_alt",
    "_space_group_name_h-m_alt_name",
)
_HALLS = ("_space_group_name_hall", "_symmetry_space_group_name_hall")
_NUMBERS = (
    "_space_group_it_number",
    "_symmetry_int_tables_number",
    "_space_group_int_tables_number",
)
_CODES = ("_space_group_it_coordinate_system_code",)
_MAX_GROUP = 192
_MOST_NAMED = 48  # operations of which the odd one is looked for


class StatedGroup(NamedTuple):
    """A space group as a file names it.

    Attributes:
        text: Name and value as they stand, for a message; empty if nothing is stated.
        settings: What it may mean, the likeliest first; empty if it is not understood.
        number: International number, 0 if unknown.
    """

    text: str
    settings: Sequence[Setting]
    number: int


def stated_group(block: Block) -> StatedGroup:
    """Return the group that Hall symbol, name or number of a block stand for.

    A Hall symbol says most, a name more than a number.
    """
    text = next(_statements(block), "")
    hall = by_hall(block.first(*_HALLS))
    settings = list(hall)
    if not settings:
        code = block.first(*_CODES)
        for name in filter(None, (block.first(each) for each in _NAMES)):
            settings = by_name(name) if ":" in name or not code else _coded(name, code)
            if settings:
                break
    number = stated_number(block)
    if not settings and number:
        settings = by_number(number, block.first(*_CODES))
    known = settings[0].number if settings else 0
    return StatedGroup(text, settings, known)


def _coded(name: str, code: str) -> list[Setting]:
    return by_name(f"{name}:{code}")


def stated_number(block: Block) -> int:
    """Return the international number that a block gives, 0 if it gives none."""
    text = block.first(*_NUMBERS)
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else 0
    return number if 1 <= number <= 230 else 0


def stated_name(block: Block) -> str:
    """Return the name that a block gives, in any of its ways."""
    return block.first(*_NAMES, *_HALLS)


def _statements(block: Block) -> Iterator[str]:
    for name in (*_NAMES, *_HALLS, *_NUMBERS):
        if value := block.first(name):
            yield f"{name} {value[:40]}"
    for name, values in block.columns.items():
        if name.startswith(("_space_group_magn_name", "_space_group_magn_number")):
            yield f"{name} {values[0][:40]}"


def listed_operations(block: Block, sites: int) -> Operations | None:
    """Return the operations that a block lists, None if it lists none.

    Args:
        block: One block.
        sites: Number of sites, which bounds how many operations make sense.

    Raises:
        StructureError: There are far too many, or one is none.
    """
    triplets = _known(block.column(*_LISTS))
    if not triplets:
        return None
    centrings = _known(block.column(_CENTRINGS)) or ["x,y,z"]
    check_images(sites, len(triplets) * len(centrings))
    # A magnetic operation ends with +1 or -1, which says what it does to moments.
    operations = parse_operations(tuple(map(_spatial, triplets)))
    if len(centrings) == 1:
        return operations
    return operations.times(parse_operations(tuple(map(_spatial, centrings))))


def _known(column: Sequence[str]) -> list[str]:
    return [value for value in column if value not in ("", "?", ".")]


def _spatial(triplet: str) -> str:
    parts = triplet.split(",")
    return ",".join(parts[:3]) if len(parts) == 4 else triplet


def checked_group(
    listed: Operations, stated: StatedGroup, lattice: FloatArray
) -> tuple[Operations, bool]:
    """Return the group of a list, and whether the list had to be completed.

    Raises:
        StructureError: An operation does not fit the cell, or the list is no group and
            nothing in the file says which one was meant.
    """
    fits = keeps_metric(listed, lattice)
    if not fits.all():
        wrong = int(fits.argmin())
        name = triplet_of(listed.rotations[wrong], listed.shifts[wrong])
        raise StructureError(
            f"has a symmetry operation (number {wrong + 1}) {name} that does not fit "
            "its cell, whose edges and angles it would change; correct the operation "
            "or the cell"
        )
    group = closure(listed)
    if group is not None and len(group) == len(listed.distinct()):
        return group, False
    lacking = _first_lacking(listed, group)
    if group is None or len(group) > _MAX_GROUP * 16:
        raise StructureError(
            f"lists {len(listed)} symmetry operations that generate more than "
            f"{_MAX_GROUP * 16}; {lacking}; correct its list of operations"
        )
    orders = {len(each.operations) for each in stated.settings}
    only_identity = len(group) == len(listed.distinct()) + 1 and not listed.has_identity()
    if len(group) in orders or only_identity:
        return group, True
    raise StructureError(
        f"lists {len(listed)} symmetry operations that are no group ({lacking}); "
        "correct its list of operations"
    )


def _first_lacking(listed: Operations, group: Operations | None) -> str:
    """Say which operation is missing, or which one generates too many."""
    for number in range(len(listed) if len(listed) <= _MOST_NAMED else 0):
        rest = closure(listed.without(number))
        # All others are a group: this one is the odd one out.
        if rest is not None and len(rest) == len(listed.without(number).distinct()):
            name = triplet_of(listed.rotations[number], listed.shifts[number])
            return f"number {number + 1}, {name}, does not go with the others"
    if not listed.has_identity():
        return "x,y,z is missing"
    if group is None:
        return "no translation may be a small part of the cell"
    missing = len(listed.distinct())
    name = triplet_of(group.rotations[missing], group.shifts[missing])
    return f"{name} follows from them and is missing"
