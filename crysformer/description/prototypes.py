"""Which textbook crystal a crystal is built like, if any.

A prototype is said only where pymatgen's ``StructureMatcher`` maps the atoms of the two
onto each other, the elements exchanged and the volume scaled, and both have one space
group. Where several fit, the closest one wins, and among equally close ones the one whose
elements are the most alike: lithium oxide is then like antifluorite, not like fluorite.

In large cells, where trying all exchanges of elements takes minutes, an atom of one
crystal may stand for an atom of the other only where both have the same multiplicity and
site symmetry, and only crystals in which these tell all positions apart are compared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pymatgen.core import Composition, Element, Structure
from pymatgen.util.string import unicodeify

from crysformer.library.catalogue import load_library
from crysformer.library.crystal import LibraryCrystal
from crysformer.structure.cells import CellChoice, in_cell
from crysformer.structure.symmetry import find_symmetry

if TYPE_CHECKING:
    from pymatgen.analysis.structure_matcher import StructureMatcher

# The work grows steeply with the atoms that are to be mapped onto each other.
MAX_ATOMS = 30
# Mapping atoms whose positions are told apart takes about a second here.
MAX_ATOMS_BY_POSITION = 120
# Largest distance between mapped atoms, in units of the cube root of volume per atom.
MAX_SHIFT = 0.2


@dataclass(frozen=True)
class Prototype:
    """A textbook crystal with the same arrangement of atoms.

    Attributes:
        crystal: The first crystal of the library that is built like this.
        shift: Root mean square distance of mapped atoms, in units of the cube root of
            the volume per atom.
        exchanged: Element of the textbook crystal to the element in its place.
    """

    crystal: LibraryCrystal
    shift: float
    exchanged: Mapping[str, str]

    def __str__(self) -> str:
        changed = [
            f"{new} for {old}" for old, new in self.exchanged.items() if new != old
        ]
        if not changed:
            return self.crystal.prototype
        like = unicodeify(self.crystal.formula)
        return f"{self.crystal.prototype}: {like} with {', '.join(changed)}"


def find_prototype(structure: Structure, space_group: int) -> Prototype | None:
    """Recognise a structure type.

    Args:
        structure: Ordered crystal.
        space_group: Its space group number.

    Returns:
        The closest crystal of the library; None where none fits, or where the primitive
        cell has more than ``MAX_ATOMS_BY_POSITION`` atoms.
    """
    primitive = in_cell(structure, CellChoice.PRIMITIVE)
    if len(primitive) > MAX_ATOMS_BY_POSITION:
        return None
    candidates = _candidates(primitive, space_group)
    if not candidates:
        return None
    # It imports scipy.spatial, which only this test of structure types needs.
    from pymatgen.analysis.structure_matcher import StructureMatcher

    matcher = StructureMatcher(stol=MAX_SHIFT, primitive_cell=False)
    found = []
    for crystal in candidates:
        other = in_cell(crystal.structure(), CellChoice.PRIMITIVE)
        if len(other) != len(primitive):
            continue
        take = _by_elements if len(primitive) <= MAX_ATOMS else _by_positions
        found += take(matcher, crystal, other, primitive)
    return min(found, key=_strangeness, default=None)


def prototype_in_words(structure: Structure, space_group: int) -> str:
    """Name the structure type that ``find_prototype`` recognises; empty for none."""
    return str(find_prototype(structure, space_group) or "")


def _by_elements(
    matcher: "StructureMatcher",
    crystal: LibraryCrystal,
    other: Structure,
    structure: Structure,
) -> list[Prototype]:
    """Try every exchange of elements."""
    mappings = matcher.get_all_anonymous_mappings(other, structure, include_dist=True)
    return [
        Prototype(
            crystal, float(shift), {str(old): str(new) for old, new in pairs.items()}
        )
        for pairs, shift in mappings or ()
    ]


def _by_positions(
    matcher: "StructureMatcher",
    crystal: LibraryCrystal,
    other: Structure,
    structure: Structure,
) -> list[Prototype]:
    """Try the one exchange that multiplicities and site symmetries leave, if any."""
    known, asked = _positions(other), _positions(structure)
    exchanged: dict[str, str] = {}
    if known is None or asked is None or known.keys() != asked.keys():
        return []
    for position, old in known.items():
        new = asked[position].symbol
        if exchanged.setdefault(old.symbol, new) != new:
            return []
    distance = matcher.get_rms_dist(_marked(other, known), _marked(structure, asked))
    return [] if distance is None else [Prototype(crystal, float(distance[0]), exchanged)]


@dataclass(frozen=True)
class _Position:
    """A crystallographic orbit: its element and its atoms."""

    symbol: str
    sites: tuple[int, ...]


def _positions(structure: Structure) -> dict[tuple[int, str], _Position] | None:
    """Orbits by multiplicity and site symmetry; None where two have both in common."""
    found = find_symmetry(structure)
    positions: dict[tuple[int, str], _Position] = {}
    for orbit in np.unique(found.crystallographic_orbits):
        sites = np.flatnonzero(found.crystallographic_orbits == orbit)
        position = (len(sites), found.site_symmetry_symbols[sites[0]])
        if position in positions:
            return None
        symbol = structure[int(sites[0])].specie.symbol
        positions[position] = _Position(symbol, tuple(sites.tolist()))
    return positions


def _marked(
    structure: Structure, positions: Mapping[tuple[int, str], _Position]
) -> Structure:
    """The structure with an element of its own on each position, the same in both."""
    species = [Element("H")] * len(structure)
    for number, (_, position) in enumerate(sorted(positions.items()), start=1):
        for site in position.sites:
            species[site] = Element.from_Z(number)
    return Structure(structure.lattice, species, structure.frac_coords)


def _candidates(structure: Structure, space_group: int) -> list[LibraryCrystal]:
    """The first crystal of each structure type that might fit."""
    counts = Counter(site.specie.symbol for site in structure)
    first: dict[str, LibraryCrystal] = {}
    for crystal in load_library().values():
        if crystal.space_group == space_group and _proportions(
            crystal.composition
        ) == _proportions(counts):
            first.setdefault(crystal.prototype, crystal)
    return list(first.values())


def _strangeness(found: Prototype) -> tuple[float, int, float]:
    """How far the atoms moved, in hundredths, then how different the elements are.

    What attracts electrons most in one crystal should do so in the other: an oxide is
    like another oxide, however different their metals are.
    """
    old = [_attraction(each) for each in found.exchanged]
    new = [_attraction(each) for each in found.exchanged.values()]
    swaps = sum(abs(p - q) for p, q in zip(_ranks(old), _ranks(new), strict=True))
    unlike = sum(abs(p - q) for p, q in zip(old, new, strict=True))
    return round(found.shift, 2), swaps, unlike


def _attraction(symbol: str) -> float:
    """Electronegativity on Pauling's scale; zero where there is none."""
    return Element(symbol).data.get("X") or 0.0


def _ranks(numbers: Sequence[float]) -> list[int]:
    return [sorted(numbers).index(number) for number in numbers]


def _proportions(counts: Mapping[str, int]) -> str:
    return Composition(dict(counts)).anonymized_formula
