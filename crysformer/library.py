"""Textbook crystals, typed as facts with their sources, and how to find them.

The facts live in ``library.toml``; this module reads, checks and searches them. A
pymatgen structure is built only when one is asked for, so that a page can list the whole
library before anything heavy has been imported.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, reduce
from math import gcd
from pathlib import Path
from string import ascii_uppercase
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crysformer.errors import CrysformerError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pymatgen.core import Structure

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAG = re.compile(r"[a-z]+(?:-[a-z]+)*|polymorph:[A-Z]\w*")
_SITE = re.compile(r"([A-Z][a-z]?) (\d+)([a-zA-Z])((?: -?[\d./]+){3})")
_FORMULA_TOKEN = re.compile(r"([A-Z][a-z]?)(\d*)|(\()|\)(\d*)")
_REQUIRED = {"name", "formula", "prototype", "tags", "space_group", "lattice", "sites"}
_FIELDS = _REQUIRED | {"source", "density", "density_source", "note"}

# The last space-group number of each lattice system, the constants that are independent
# in it, and the angles of the others. Rhombohedral groups use hexagonal axes.
_SYSTEMS = (
    (2, ("a", "b", "c", "alpha", "beta", "gamma"), 90.0),
    (15, ("a", "b", "c", "beta"), 90.0),
    (74, ("a", "b", "c"), 90.0),
    (142, ("a", "c"), 90.0),
    (194, ("a", "c"), 120.0),
    (230, ("a",), 90.0),
)


class LibraryError(CrysformerError):
    """A crystal is not in the library, a search is not one, or the facts are wrong."""


@dataclass(frozen=True, slots=True)
class Orbit:
    """One set of symmetry-equivalent atoms.

    Attributes:
        element: Its chemical symbol.
        multiplicity: How many of the atoms one conventional cell holds.
        letter: The letter of the Wyckoff position.
        frac_coords: One of the atoms, as fractions of the conventional cell's vectors.
    """

    element: str
    multiplicity: int
    letter: str
    frac_coords: tuple[float, float, float]

    @property
    def wyckoff(self) -> str:
        """The Wyckoff position as it is written, such as 8c."""
        return f"{self.multiplicity}{self.letter}"


@dataclass(frozen=True)
class LibraryCrystal:
    """The facts about one crystal.

    Attributes:
        id: Its name in a URL.
        name: What people call it.
        formula: Its formula unit, as it is usually written.
        prototype: The structure type, with its Strukturbericht symbol if it has one.
        tags: What it is and what it is known for; crystals of one substance share a
            ``polymorph:`` tag.
        space_group: Number of its space group in the International Tables.
        lattice: a, b, c in A and alpha, beta, gamma in degrees, conventional cell.
        orbits: The independent atoms.
        density: Tabulated density in g/cm3, or None where none was at hand.
        density_source: The book or paper of the density; empty without a density.
        source: The book or paper of the lattice constants and coordinates.
        note: Conditions or idealisations; empty for room temperature and pressure.
    """

    id: str
    name: str
    formula: str
    prototype: str
    tags: tuple[str, ...]
    space_group: int
    lattice: tuple[float, float, float, float, float, float]
    orbits: tuple[Orbit, ...]
    density: float | None
    density_source: str
    source: str
    note: str

    @cached_property
    def composition(self) -> Mapping[str, int]:
        """Atoms of each element in the reduced formula."""
        return MappingProxyType(_reduced(_count_elements(self.formula)))

    @property
    def elements(self) -> frozenset[str]:
        """The chemical symbols in the crystal."""
        return frozenset(self.composition)

    @property
    def n_sites(self) -> int:
        """Atoms in the conventional cell."""
        return sum(orbit.multiplicity for orbit in self.orbits)

    @property
    def space_group_symbol(self) -> str:
        """Hermann-Mauguin symbol of the space group, such as Fm-3m."""
        from pymatgen.symmetry.groups import sg_symbol_from_int_number

        return sg_symbol_from_int_number(self.space_group)

    def structure(self) -> Structure:
        """Build the conventional cell from the space group and the orbits.

        Returns:
            A new structure, which the caller may change.

        Raises:
            LibraryError: An orbit has not as many atoms as its Wyckoff position says.
        """
        from pymatgen.core import Lattice, Structure

        species: list[str] = []
        coords: list[NDArray[np.float64]] = []
        for orbit in self.orbits:
            images = _images(self.space_group, orbit.frac_coords)
            if len(images) != orbit.multiplicity:
                raise LibraryError(
                    f"In the crystal library, '{self.id}' puts {orbit.element} on "
                    f"{orbit.wyckoff}, but its coordinates make {len(images)} atoms."
                )
            species += [orbit.element] * len(images)
            coords += list(images)
        return Structure(Lattice.from_parameters(*self.lattice), species, coords)


@cache
def load_library() -> Mapping[str, LibraryCrystal]:
    """Read the crystals that come with the package.

    Returns:
        The crystals by id, in the order of the file; the same mapping at every call.

    Raises:
        LibraryError: The file is damaged.
    """
    return parse_library(Path(__file__).with_name("library.toml").read_text("utf-8"))


def parse_library(text: str) -> Mapping[str, LibraryCrystal]:
    """Read crystals from TOML in the form that ``library.toml`` explains at its top.

    Args:
        text: A ``reference`` table and one table for each crystal.

    Returns:
        The crystals by id, in the order of the text.

    Raises:
        LibraryError: It is not TOML, an id comes twice, or a crystal has a field too
            many, too few, or of the wrong form.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LibraryError(f"The crystal library is not valid TOML: {error}.") from error
    references = document.get("reference", {})
    crystals = {
        id_: _crystal(id_, facts, references)
        for id_, facts in document.get("crystal", {}).items()
    }
    if not crystals:
        raise LibraryError("The crystal library holds no crystal.")
    return MappingProxyType(crystals)


def get_crystal(id_: str) -> LibraryCrystal:
    """Return one crystal by its name in a URL.

    Args:
        id_: The crystal's id.

    Raises:
        LibraryError: No crystal has this id; the sentence names the closest ones.
    """
    library = load_library()
    if id_ in library:
        return library[id_]
    close = difflib.get_close_matches(id_.lower(), library, n=3, cutoff=0.5)
    advice = (
        f"Did you mean {', '.join(close)}?"
        if close
        else "Search the library by element or formula instead."
    )
    raise LibraryError(f"The library has no crystal called '{id_[:60]}'. {advice}")


def find_crystals(
    *,
    all_of: Iterable[str] = (),
    any_of: Iterable[str] = (),
    none_of: Iterable[str] = (),
    formula: str = "",
    prototype: str = "",
    tag: str = "",
    text: str = "",
) -> tuple[LibraryCrystal, ...]:
    """Find the crystals that meet every condition given; without one, all of them.

    Args:
        all_of: Elements that must all be present.
        any_of: Elements of which one must be present.
        none_of: Elements that must be absent.
        formula: A formula in any multiple and order of elements. A, B, C... in this
            order stand for any elements: in AB2O4 the O is oxygen, in AB2C4 it is open.
        prototype: Part of a prototype's name.
        tag: One whole tag.
        text: Words that must each occur in id, name, formula, prototype or tags.

    Returns:
        The crystals, in the order of the library.

    Raises:
        LibraryError: The formula cannot be read.
    """
    required, wanted, excluded = frozenset(all_of), frozenset(any_of), frozenset(none_of)
    pattern = _count_elements(formula) if formula.strip() else None
    words = text.lower().split()
    return tuple(
        crystal
        for crystal in load_library().values()
        if required <= crystal.elements
        and (not wanted or wanted & crystal.elements)
        and not excluded & crystal.elements
        and (pattern is None or _matches(crystal.composition, pattern))
        and prototype.strip().lower() in crystal.prototype.lower()
        and (not tag.strip() or tag.strip().lower() in map(str.lower, crystal.tags))
        and all(word in _searchable(crystal) for word in words)
    )


@cache
def _operations(space_group: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rotations and translations of a space group in its standard setting.

    They are those of pymatgen's ``Structure.from_spacegroup``, which takes a second to
    work out the 192 operations of a face-centred group; spglib keeps them in a table.
    """
    import spglib

    # Of the settings that spglib lists for one group, the standard one comes first:
    # origin choice 1, hexagonal axes, unique axis b.
    hall = next(
        hall
        for hall in range(1, 531)
        if spglib.get_spacegroup_type(hall).number == space_group
    )
    operations = spglib.get_symmetry_from_database(hall)
    return operations["rotations"].astype(float), operations["translations"]


def _images(
    space_group: int, frac_coords: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Return the distinct equivalent positions of a point within one cell."""
    import numpy as np

    rotations, translations = _operations(space_group)
    images = (rotations @ np.array(frac_coords) + translations) % 1.0
    apart = images[:, None] - images[None]
    same = np.all(np.abs(apart - np.round(apart)) < 1e-5, axis=-1)
    # An image is kept where it is the first of those that coincide with it.
    return images[np.argmax(same, axis=1) == np.arange(len(images))]


def _searchable(crystal: LibraryCrystal) -> str:
    parts = (crystal.id, crystal.name, crystal.formula, crystal.prototype, *crystal.tags)
    return " ".join(parts).lower()


def _count_elements(formula: str) -> dict[str, int]:
    """Count the symbols of a formula, brackets included, in order of appearance."""
    formula = formula.strip()
    groups: list[Counter[str]] = [Counter()]
    end = 0
    for token in _FORMULA_TOKEN.finditer(formula):
        if token.start() != end:
            break
        end = token.end()
        symbol, count, opening, times = token.groups()
        if symbol:
            groups[-1][symbol] += int(count or 1)
        elif opening:
            groups.append(Counter())
        elif len(groups) > 1:
            inner = groups.pop()
            groups[-1].update({s: n * int(times or 1) for s, n in inner.items()})
        else:
            break
    counts = dict(groups[0])
    if end != len(formula) or len(groups) > 1 or not all(counts.values()) or not counts:
        raise LibraryError(
            f"'{formula[:60]}' cannot be read as a formula. "
            "Write it like NaCl, Mg(OH)2, or ABO3 with A, B, C... for any element."
        )
    return counts


def _reduced(counts: Mapping[str, int]) -> dict[str, int]:
    divisor = reduce(gcd, counts.values())
    return {symbol: count // divisor for symbol, count in counts.items()}


def _matches(composition: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    """Say whether a reduced composition fits a formula that may hold wildcards."""
    pattern = _reduced(counts)
    # A is no element, so a formula with a bare A means wildcards: A, B, C as far as
    # they follow each other. In ABO3 the O comes out of turn and stays oxygen.
    wildcards: list[str] = []
    for symbol in pattern:
        if symbol == ascii_uppercase[len(wildcards)]:
            wildcards.append(symbol)
    literal = {s: n for s, n in pattern.items() if s not in wildcards}
    if any(composition.get(symbol) != count for symbol, count in literal.items()):
        return False
    rest = sorted(count for symbol, count in composition.items() if symbol not in literal)
    return rest == sorted(pattern[symbol] for symbol in wildcards)


def _crystal(
    id_: str, facts: Mapping[str, Any], references: Mapping[str, str]
) -> LibraryCrystal:
    """Check one table and make it a crystal."""

    def check(right: bool, complaint: str) -> None:
        if not right:
            raise LibraryError(f"In the crystal library, '{id_}' {complaint}.")

    missing = sorted((_REQUIRED | {"source"}) - facts.keys())
    check(not missing, f"lacks {', '.join(missing)}")
    unknown = sorted(facts.keys() - _FIELDS)
    check(not unknown, f"has unknown fields: {', '.join(unknown)}")
    for field in ("name", "formula", "prototype", "source"):
        value = facts[field]
        check(isinstance(value, str) and bool(value), f"has no text in {field}")
    slug = re.sub(r"[()]", "", facts["formula"]).lower()
    check(
        bool(_SLUG.fullmatch(id_)) and id_.endswith(f"-{slug}"),
        f"must be lower-case words joined by hyphens that end with -{slug}",
    )
    tags = facts["tags"]
    bad_tags = [tag for tag in tags if not _TAG.fullmatch(tag)]
    check(not bad_tags, f"has tags of the wrong form: {', '.join(bad_tags)}")
    check(len(set(tags)) == len(tags), "has the same tag twice")
    group = facts["space_group"]
    check(
        isinstance(group, int) and 1 <= group <= 230, f"has no space group number {group}"
    )
    density = facts.get("density")
    check(
        density is None or (isinstance(density, int | float) and density > 0),
        f"has a density of {density}",
    )
    density_key = facts.get("density_source", "crc" if density else None)
    check(density is not None or density_key is None, "has a density source, no density")
    sources = {"source": facts["source"], "density_source": density_key}
    for field, key in sources.items():
        check(key is None or key in references, f"has an unknown {field}, {key}")
    orbits = tuple(_orbit(id_, site) for site in facts["sites"])
    check(bool(orbits), "has no sites")
    return LibraryCrystal(
        id=id_,
        name=facts["name"],
        formula=facts["formula"],
        prototype=facts["prototype"],
        tags=tuple(tags),
        space_group=group,
        lattice=_lattice(id_, group, facts["lattice"]),
        orbits=orbits,
        density=density,
        density_source=references[density_key] if density_key else "",
        source=references[facts["source"]],
        note=facts.get("note", ""),
    )


def _orbit(id_: str, site: str) -> Orbit:
    """Read one site, such as ``S 8c 0.385 0.385 0.385``."""
    match = _SITE.fullmatch(site)
    if match is None:
        raise LibraryError(
            f"In the crystal library, '{id_}' has the site '{site}', which is not "
            "an element, a Wyckoff position and three fractional coordinates."
        )
    element, multiplicity, letter, numbers = match.groups()
    x, y, z = (float(Fraction(number)) for number in numbers.split())
    return Orbit(element, int(multiplicity), letter, (x, y, z))


def _lattice(
    id_: str, space_group: int, constants: Mapping[str, float]
) -> tuple[float, float, float, float, float, float]:
    """Complete the independent constants to all six."""
    independent, gamma = next(
        (names, gamma) for last, names, gamma in _SYSTEMS if space_group <= last
    )
    if set(constants) != set(independent) or min(constants.values()) <= 0:
        raise LibraryError(
            f"In the crystal library, '{id_}' must give {', '.join(independent)} as "
            f"positive lattice constants, for space group {space_group}."
        )
    a = float(constants["a"])
    return (
        a,
        float(constants.get("b", a)),
        float(constants.get("c", a)),
        float(constants.get("alpha", 90.0)),
        float(constants.get("beta", 90.0)),
        float(constants.get("gamma", gamma)),
    )
