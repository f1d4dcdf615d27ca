"""Read the crystal of a CIF, or say why it holds none."""

import re
from collections.abc import Sequence
from functools import partial

import numpy as np
import spglib
from pymatgen.core import Lattice

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.cif.atoms import has_sites, read_cell, read_sites
from crysformer.structure.formats.cif.group import (
    StatedGroup,
    checked_group,
    listed_operations,
    stated_group,
    stated_name,
    stated_number,
)
from crysformer.structure.formats.cif.syntax import Block, read_blocks
from crysformer.structure.formats.numbers import parse_number
from crysformer.structure.formats.raw import Entry, RawCrystal, check_lattice
from crysformer.structure.formats.symmetry.choose import ambiguous, choose
from crysformer.structure.formats.symmetry.expand import Expanded, Sites, expand
from crysformer.structure.formats.symmetry.operations import (
    IDENTITY,
    Operations,
    keeps_metric,
)
from crysformer.structure.formats.symmetry.settings import (
    Setting,
    by_number,
    number_of,
)
from crysformer.structure.stated import Stated, amounts_of

_SYMPREC = 0.05  # Å: coordinates of three decimals


def read_cif(text: str) -> Sequence[Entry]:
    """Find the blocks of a CIF that list sites.

    Args:
        text: The CIF.

    Raises:
        StructureError: It breaks the grammar, or no block lists sites.
    """
    blocks = read_blocks(text)
    crystals = [block for block in blocks if has_sites(block)]
    if not crystals:
        raise StructureError(
            "has no data_ block with fractional coordinates (_atom_site_fract_x); "
            "export the crystal again as a CIF with its sites"
        )
    return [Entry(block.name, partial(_read, block), block.text) for block in crystals]


def _read(block: Block) -> RawCrystal:
    """Read one block."""
    if not any(name.startswith("_cell_") for name in block.columns):
        raise StructureError(
            "has no cell (_cell_length_a and so on), so it is a molecule and not a "
            "crystal; add the cell"
        )
    cell = read_cell(block)
    lattice = np.array(Lattice.from_parameters(*cell).matrix)
    check_lattice(lattice)
    stated = _stated(block)
    sites, warnings = read_sites(block, cell, re.findall(r"[A-Z][a-z]?", stated.formula))
    group = stated_group(block)
    listed = listed_operations(block, len(sites.coords))
    if listed is not None:
        operations, completed = checked_group(listed, group, lattice)
        atoms = expand(sites, operations, lattice)
        number = number_of(operations) if group.number else 0
        if completed:
            warnings.append(
                f"The file lists {len(listed)} symmetry operations that are no group; "
                f"they were completed to {len(operations)}."
            )
    elif group.settings:
        setting, atoms = _chosen(block, sites, group, lattice, stated)
        operations, number = setting.operations, setting.number
    elif group.text:
        raise StructureError(
            f"has an unknown space group ({group.text}); list its symmetry operations, "
            "or all atoms of the cell in P 1"
        )
    else:
        operations, number = IDENTITY, 0
        atoms = expand(sites, operations, lattice)
    _check_complete(sites, atoms, operations, number, group, lattice, stated)
    _check_formula(atoms, stated)
    consistent = not group.number or number == group.number
    warnings += _contradictions(block, group, sites, atoms, len(operations))
    return RawCrystal(
        lattice,
        atoms.species,
        atoms.coords,
        stated=stated if consistent else _with_group(stated, group, block),
        warnings=warnings,
    )


def _stated(block: Block) -> Stated:
    """Return formula, Z, volume and density as the file gives them."""

    def number(*names: str) -> float:
        found = parse_number(block.first(*names))
        return found.value if found and found.value > 0 else 0.0

    return Stated(
        formula=block.first("_chemical_formula_sum"),
        formula_units=number("_cell_formula_units_z"),
        volume=number("_cell_volume"),
        density=number("_exptl_crystal_density_diffrn"),
    )


def _with_group(stated: Stated, group: StatedGroup, block: Block) -> Stated:
    return Stated(
        stated.formula,
        stated.formula_units,
        stated.volume,
        stated.density,
        group.number,
        stated_name(block),
    )


def _chosen(
    block: Block,
    sites: Sites,
    group: StatedGroup,
    lattice: FloatArray,
    stated: Stated,
) -> tuple[Setting, Expanded]:
    """Return the setting that the file means, and its atoms.

    Where name and number are given, a name of another setting than the standard one is
    doubted if the standard setting needs fewer atoms, that is if only there the sites
    lie where symmetry fixes them, and neither formula nor Z speak for the name.
    """
    setting, atoms = choose(sites, group.settings, lattice, stated)
    number = stated_number(block)
    doubtful = number == setting.number and not setting.standard and not stated.formula
    if doubtful and not any(each.standard for each in group.settings):
        rival = by_number(number)[0]
        if keeps_metric(rival.operations, lattice).all():
            other = expand(sites, rival.operations, lattice)
            if len(other.coords) < len(atoms.coords):
                raise ambiguous([(setting, atoms), (rival, other)])
    return setting, atoms


def _check_complete(
    sites: Sites,
    atoms: Expanded,
    operations: Operations,
    number: int,
    group: StatedGroup,
    lattice: FloatArray,
    stated: Stated,
) -> None:
    """Refuse atoms that can only be the independent ones of a larger group."""
    total = len(atoms.species)  # Positions, also those that are filled in part.
    only_shifts = (operations.rotations == np.eye(3)).all()
    if only_shifts and not stated.agrees_with(amounts_of(atoms.species)):
        expected = stated.atoms
        if expected and total < 0.99 * expected:
            raise StructureError(
                f"says Z = {stated.formula_units:g} of {stated.formula[:40]!r}, "
                f"{expected:g} atoms, but its operations give {total:g}; list all "
                "symmetry operations, or all atoms of the cell"
            )
    if only_shifts and (label := _lacking(sites, stated, atoms)):
        raise StructureError(
            f"says that the site {label[:20]!r} stands for several atoms, but lists "
            "neither these nor a symmetry that generates them; list all "
            "operations, or all atoms of the cell"
        )
    if not group.number or number == group.number:
        return
    largest = max(len(each.operations) for each in group.settings)
    if len(operations) >= largest:
        return
    found, found_operations = _symmetry_of(atoms, lattice)
    if found != group.number and found_operations < largest:
        raise StructureError(
            f"says that its space group is {group.settings[0].name} ({largest} "
            f"operations) but lists {len(operations)}, and the {total:g} atoms these "
            "give do not have that symmetry; list all operations, or all atoms"
        )


def _lacking(sites: Sites, stated: Stated, atoms: Expanded) -> str:
    """Return a site of which the file lists fewer atoms than its multiplicity."""
    amounts = amounts_of(atoms.species)
    if stated.atoms and stated.agrees_with(amounts):
        return ""
    for label, species, said in zip(
        sites.labels, sites.species, sites.stated, strict=False
    ):
        if said > 1 and said > round(amounts.get(str(species[0][0]), said)):
            return label
    return ""


def _symmetry_of(atoms: Expanded, lattice: FloatArray) -> tuple[int, int]:
    """Return the number of the space group of some atoms, and of its operations."""
    kinds = [str(sorted(map(str, species))) for species in atoms.species]
    numbers = [sorted(set(kinds)).index(kind) + 1 for kind in kinds]
    try:
        found = spglib.get_symmetry_dataset((lattice, atoms.coords, numbers), _SYMPREC)
    except spglib.SpglibError:
        found = None
    return (found.number, len(found.rotations)) if found else (0, 0)


def _check_formula(atoms: Expanded, stated: Stated) -> None:
    """Refuse sites that make up another compound than the formula in the file."""
    # Of a solid solution the formula is often rounded; it is refused as disordered.
    if any(len(species) > 1 or species[0][1] < 0.99 for species in atoms.species):
        return
    amounts = amounts_of(atoms.species)
    if not stated.formula_agrees(amounts):
        made = "".join(f"{symbol}{count:g}" for symbol, count in amounts.items())
        raise StructureError(
            f"has sites that make {made[:60]} but says {stated.formula[:60]!r} in "
            "_chemical_formula_sum; add the missing sites (hydrogens are often left "
            "out) or correct the formula"
        )


def _contradictions(
    block: Block, group: StatedGroup, sites: Sites, atoms: Expanded, order: int
) -> list[str]:
    """Say where the file contradicts itself, or lists more than there is."""
    found = []
    number = stated_number(block)
    if number and group.number and number != group.number:
        found.append(
            f"The file names the space group {stated_name(block)[:30]} "
            f"({group.number}) but gives the number {number}; the name was taken."
        )
    if atoms.repeated:
        found.append(
            f"{', '.join(label[:20] for label in atoms.repeated[:5])}: listed again on "
            "positions of other sites, and left out."
        )
    for label, said, given in zip(
        sites.labels, sites.stated, atoms.multiplicities, strict=False
    ):
        # Some programs write the order of the site's symmetry under this name.
        if said and said != given and said * given != order:
            found.append(
                f"The file says that the site {label[:20]} has multiplicity {said}; "
                f"the operations give {given}."
            )
            break
    if block.first("_cell_modulation_dimension", "_space_group_ssg_name"):
        found.append("The crystal is modulated; its average structure is shown.")
    return found
