"""Read and check the typed facts of the crystal library."""

import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from crysformer.errors import LibraryError
from crysformer.library.crystal import LibraryCrystal, Orbit

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAG = re.compile(r"[a-z]+(?:-[a-z]+)*|polymorph:[A-Z]\w*")
_SITE = re.compile(r"([A-Z][a-z]?) (\d+)([a-zA-Z])((?: -?[\d./]+){3})")
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


def parse_library(text: str) -> Mapping[str, LibraryCrystal]:
    """Read crystals from TOML in the form that ``crystals.toml`` explains at its top.

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
