"""Which textbook crystal a crystal is built like, if any.

A prototype is said only where pymatgen's ``StructureMatcher`` maps the atoms of the two
onto each other, the elements exchanged and the volume scaled, and both have one space
group. Where several fit, the closest one wins, and among equally close ones the one whose
elements are the most alike: lithium oxide is then like antifluorite, not like fluorite.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymatgen.core import Composition, Element, Structure
from pymatgen.util.string import unicodeify

from crysformer.library.catalogue import load_library
from crysformer.library.crystal import LibraryCrystal
from crysformer.structure.cells import CellChoice, in_cell

# The work grows steeply with the atoms that are to be mapped onto each other.
MAX_ATOMS = 30
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
        cell has more than ``MAX_ATOMS`` atoms.
    """
    primitive = in_cell(structure, CellChoice.PRIMITIVE)
    if len(primitive) > MAX_ATOMS:
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
        mappings = matcher.get_all_anonymous_mappings(other, primitive, include_dist=True)
        for mapping, shift in mappings or ():
            exchanged = {str(old): str(new) for old, new in mapping.items()}
            found.append(Prototype(crystal, float(shift), exchanged))
    return min(found, key=_strangeness, default=None)


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
