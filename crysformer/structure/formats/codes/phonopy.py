"""Read the unit cell of phonopy's YAML files."""

import re

import numpy as np
import yaml

from crysformer.errors import StructureError
from crysformer.structure.formats.documents.crystals import array
from crysformer.structure.formats.lines import BOHR, species
from crysformer.structure.formats.raw import RawCrystal, check_number_of_sites

_CELLS = ("unit_cell", "primitive_cell", "supercell")
_MAX_BLOCK = 400_000
_BLOCK = re.compile(r"(?:[ \t]+.*(?:\n|\Z)|\n)*")
# A few lines of them stand for a list of any size.
_ANCHOR = re.compile(r"[\s:\[,{-][&*][^\s,\]}]")


def read_phonopy(text: str) -> RawCrystal:
    """Read the unit cell, or the primitive cell where there is none.

    Raises:
        StructureError: Its lattice or its points are missing or broken.
    """
    text += "\n"
    for name in _CELLS:
        if head := re.search(rf"^{name}:[ \t]*\n", text, re.M):
            break
    else:
        raise StructureError("has no unit_cell; give a phonopy.yaml or phonopy_disp.yaml")
    # Only this block: a whole file of force constants would take a minute. And not one
    # character further: millions of blank lines are half a gigabyte to re.
    block = _BLOCK.match(text, head.end(), head.end() + _MAX_BLOCK + 1)[0]
    if len(block) > _MAX_BLOCK:
        raise StructureError(
            f"has a {name} of more than {_MAX_BLOCK} characters; give one crystal"
        )
    if _ANCHOR.search(block):
        raise StructureError(
            f"has anchors (& or *) in its {name}, which phonopy never writes; write the "
            "values themselves"
        )
    lines = block.split("\n")
    points = sum("coordinates:" in line for line in lines)
    check_number_of_sites(points)
    try:
        cell = yaml.load(block, Loader=_loader())
    except yaml.YAMLError as error:
        raise StructureError(
            f"has a {name} that is not valid YAML; it may have been cut off"
        ) from error
    listed = cell.get("points") if isinstance(cell, dict) else None
    whole = isinstance(listed, list) and all(isinstance(each, dict) for each in listed)
    if not whole or "lattice" not in cell:
        raise StructureError(
            f"has a {name} without lattice or points; give the whole file"
        )
    in_bohr = re.search(r"^[ \t]*length(?:_unit)?:[ \t]*\"?(?:au|bohr)\b", text, re.M)
    lattice = array(cell["lattice"]) * (BOHR if in_bohr else 1.0)
    sites = [species(str(point.get("symbol", "?"))) for point in listed]
    coords = array([point.get("coordinates", [np.nan] * 3) for point in listed])
    return RawCrystal(lattice, sites, coords)


def _loader() -> type:
    """Return the quickest loader that builds nothing but lists, texts and numbers."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
