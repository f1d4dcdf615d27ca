"""An ordered cell in place of a disordered one, by a simple rule that is reported.

The network needs one whole atom on each site. Where a file puts parts of atoms, the rule
here (our choice) is: take the smallest supercell in which whole atoms make up the given
occupancies, round what still does not fit, and put like atoms as far apart as a greedy
search finds. It is one of many arrangements and neither an average over them nor the one
of lowest energy, for which charges or a total energy would have to be known.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from pymatgen.core import Lattice, Structure

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.checks import at, check_distances, occupancies
from crysformer.structure.formats.raw import OCCUPANCY_TOLERANCE, OVERFULL_TOLERANCE
from crysformer.structure.read import checked_places, named_faults, read_raw

APPROXIMATED = "(ordered approximation)"
"""What stands behind the name of every crystal that was made here."""
MAX_CELLS = 8
MAX_SUPERCELL_SITES = 400

_TOLERANCE = 0.005  # of an occupancy, within which whole atoms are said to fit
_CLASH = 1.0  # Å: no two atoms are put closer while another place is free
_LISTED = 3

Shares = tuple[tuple[str, float], ...]
"""How much of which element is on a site, by symbol."""


@dataclass(frozen=True)
class OrderedApproximation:
    """An ordered crystal and what was done to get it.

    Attributes:
        structure: One whole atom on each site.
        note: What was done, as sentences with the numbers.
        warnings: Sentences on what a person should check about the file.
    """

    structure: Structure
    note: str
    warnings: tuple[str, ...] = ()


def ordered_approximation(
    content: bytes | str, name: str = "the text"
) -> OrderedApproximation:
    """Read a disordered crystal and put whole atoms on its sites.

    Args:
        content: As ``read.read_structure`` takes it.
        name: What to call it in the note and in an error.

    Returns:
        The same for the same content.

    Raises:
        StructureError: It cannot be read, or whole atoms do not fit either.
    """
    with named_faults(name):
        raw = read_raw(content)
        lattice, frac_coords = checked_places(raw)
        shares = [
            _shares(species, frac_coords[site]) for site, species in enumerate(raw.sites)
        ]
        repeats = _repeats(shares, lattice)
        structure, filled = _ordered(Lattice(lattice), shares, frac_coords, repeats)
        note = _note(name, repeats, filled)
        return OrderedApproximation(structure, note, tuple(raw.warnings))


def _shares(species: Sequence[tuple[str | int, float]], place: FloatArray) -> Shares:
    """Return what is on a site, elements without any of it left out."""
    found = occupancies(species)
    total = sum(found.values())
    if not 0 <= total <= 1 + OVERFULL_TOLERANCE or min(found.values(), default=0) < 0:
        raise StructureError(f"has impossible occupancies on the site at {at(place)}")
    full = max(1.0, total)
    return tuple(sorted((key, share / full) for key, share in found.items() if share > 0))


def _is_ordered(shares: Shares) -> bool:
    return len(shares) == 1 and shares[0][1] >= 1 - OCCUPANCY_TOLERANCE


def _repeats(shares: Sequence[Shares], lattice: FloatArray) -> tuple[int, int, int]:
    """Choose the smallest supercell that holds the occupancies as whole atoms."""
    groups = Counter(each for each in shares if not _is_ordered(each))
    most = max(1, min(MAX_CELLS, MAX_SUPERCELL_SITES // len(shares)))

    def error(cells: int) -> float:
        return max(
            (
                abs(_counts(group, cells * number)[symbol] / (cells * number) - share)
                for group, number in groups.items()
                for symbol, share in group
            ),
            default=0.0,
        )

    # Of the sizes that fit the smallest, otherwise the one that fits best.
    errors = {cells: error(cells) for cells in range(1, most + 1)}
    fitting = [cells for cells in errors if errors[cells] <= _TOLERANCE]
    cells = fitting[0] if fitting else min(errors, key=errors.__getitem__)
    lengths = np.linalg.norm(lattice, axis=1)
    shapes = [
        shape
        for shape in product(range(1, cells + 1), repeat=3)
        if np.prod(shape) == cells
    ]
    # The most compact shape, by its longest side; lengths equal to rounding are equal.
    return min(shapes, key=lambda shape: (round(max(shape * lengths), 3), shape))


def _counts(shares: Shares, sites: int) -> dict[str, int]:
    """Whole atoms on some sites, by largest remainders; empty sites take part."""
    empty = max(0.0, 1 - sum(share for _, share in shares))
    quotas = {**dict(shares), "": empty}
    counts = {symbol: int(share * sites + 1e-9) for symbol, share in quotas.items()}
    left = sorted(quotas, key=lambda key: (counts[key] - quotas[key] * sites, key))
    for symbol in left[: sites - sum(counts.values())]:
        counts[symbol] += 1
    return counts


def _ordered(
    lattice: Lattice,
    shares: Sequence[Shares],
    frac_coords: FloatArray,
    repeats: tuple[int, int, int],
) -> tuple[Structure, Mapping[Shares, dict[str, int]]]:
    """Fill a supercell with whole atoms; also say how many of each on which sites."""
    shifts = np.array(list(product(*map(range, repeats))))
    coords = (frac_coords[:, None] + shifts).reshape(-1, 3) / repeats
    on_site = [each for each in shares for _ in shifts]
    cell = Lattice(lattice.matrix * np.array(repeats)[:, None])
    symbols = [each[0][0] if _is_ordered(each) else "" for each in on_site]
    groups: dict[Shares, list[int]] = defaultdict(list)
    for site, each in enumerate(on_site):
        if not _is_ordered(each):
            groups[each].append(site)
    filled = {group: _counts(group, len(sites)) for group, sites in groups.items()}
    _place(symbols, groups, filled, cell.get_all_distances(coords, coords))
    kept = [site for site, symbol in enumerate(symbols) if symbol]
    if not kept:
        raise StructureError("has occupancies so low that not one whole atom fits")
    ordered = [symbols[site] for site in kept]
    check_distances(cell.matrix, ordered, coords[kept])
    return Structure(cell, ordered, coords[kept]), filled


def _place(
    symbols: list[str],
    groups: Mapping[Shares, list[int]],
    filled: Mapping[Shares, dict[str, int]],
    distances: FloatArray,
) -> None:
    """Write the symbol of each disordered site; what stays empty stays empty.

    Args:
        symbols: By site; changed in place.
        groups: Sites that are occupied alike.
        filled: How many atoms go to each group.
        distances: Between all sites of the supercell and their images, in Å.
    """
    # From every site, the nearest atom placed so far: of any element, and of each one.
    room = {
        symbol: _nearest(distances, [each == symbol for each in symbols])
        for symbol in {symbol for group in groups for symbol, _ in group}
    }
    clear = _nearest(distances, [bool(each) for each in symbols])
    for group, sites in groups.items():
        free = list(sites)
        # The rare ones choose first: for them far apart says most.
        rare_first = sorted(group, key=lambda share: (filled[group][share[0]], share[0]))
        for symbol, _ in rare_first:
            for _ in range(filled[group][symbol]):
                # Clear of all atoms, then far from its like. Rounded, so that equal
                # distances are equal on every machine: the first site wins.
                like = -room[symbol][free].round(3)
                site = free[int(np.lexsort((free, like, clear[free] < _CLASH))[0])]
                symbols[site] = symbol
                free.remove(site)
                clear = np.minimum(clear, distances[site])
                room[symbol] = np.minimum(room[symbol], distances[site])


def _nearest(distances: FloatArray, chosen: list[bool]) -> FloatArray:
    """Distance from every site to the nearest of some, infinite where there is none."""
    return distances[:, chosen].min(axis=1, initial=np.inf)


def _note(
    name: str,
    repeats: tuple[int, int, int],
    filled: Mapping[Shares, dict[str, int]],
) -> str:
    kinds = []
    for group, counts in filled.items():
        given = " + ".join(f"{symbol} {share:.3g}" for symbol, share in group)
        atoms = [f"{counts[symbol]} {symbol}" for symbol, _ in group]
        atoms += [f"{counts['']} empty"] if counts[""] else []
        kinds.append(f"{given or 'nothing'} became {', '.join(atoms)}")
    if len(kinds) > _LISTED:
        kinds[_LISTED:] = [
            f"and {len(kinds) - _LISTED} more kinds of site in the same way"
        ]
    cells = " × ".join(map(str, repeats))
    where = "In its cell" if repeats == (1, 1, 1) else f"In a {cells} supercell"
    return (
        f"{name} is disordered; this is an ordered approximation. {where}, "
        f"{'; '.join(kinds)}; like atoms are as far apart as a simple search could place "
        "them. Every property may differ for other arrangements."
    )
