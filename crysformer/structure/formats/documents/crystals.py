"""The crystal in one JSON object, for each of the ways in which programs write it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import (
    RawCrystal,
    Species,
    check_number_of_sites,
    check_periodic,
)
from crysformer.structure.stated import Stated

Document = dict[str, Any]
_PARAMETERS = ("a", "b", "c", "alpha", "beta", "gamma")


def with_lattice(data: Document) -> RawCrystal:
    """Read a pymatgen Structure, a row of our data files, or a cell of moyo.

    Raises:
        StructureError: Something is missing or no number.
    """
    lattice, periodic = _lattice(data["lattice"])
    check_periodic(lattice, periodic)
    if "sites" in data:
        return _pymatgen_sites(lattice, data["sites"])
    species = _needed(data, "species", "numbers", "symbols")
    coords = _needed(data, "frac_coords", "positions", "coords")
    if not isinstance(species, list):
        raise StructureError("has species that are not a list; give one for each site")
    check_number_of_sites(len(species))
    return RawCrystal(lattice, [[(each, 1.0)] for each in species], array(coords))


def _lattice(given: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return rows and periodicity of a lattice: a matrix, or six parameters."""
    if not isinstance(given, dict):
        return array(given), np.ones(3, bool)
    periodic = array(given.get("pbc", True)).astype(bool)
    matrix = given.get("matrix", given.get("basis"))
    if matrix is not None:
        rows = array(matrix)
        return rows.reshape(3, 3) if rows.size == 9 else rows, periodic
    missing = [key for key in _PARAMETERS if key not in given]
    if missing:
        raise StructureError(
            f"has a lattice with neither a matrix nor {', '.join(missing)}; give "
            "the matrix or all six parameters"
        )
    parameters = [float(array(given[key])) for key in _PARAMETERS]
    return np.array(Lattice.from_parameters(*parameters).matrix), periodic


def _pymatgen_sites(lattice: NDArray[np.float64], sites: Any) -> RawCrystal:
    """Read sites with ``abc`` or only ``xyz``."""
    if not isinstance(sites, list) or not all(isinstance(site, dict) for site in sites):
        raise StructureError("has sites that are not a list of objects; export it again")
    check_number_of_sites(len(sites))
    cartesian = not all("abc" in site for site in sites)
    key = "xyz" if cartesian else "abc"
    for number, site in enumerate(sites, start=1):
        if key not in site:
            raise StructureError(
                f"has no coordinates at site {number}; give its 'abc' or 'xyz'"
            )
    species = [_on_site(site, number) for number, site in enumerate(sites, start=1)]
    return RawCrystal(lattice, species, array([site[key] for site in sites]), cartesian)


def _on_site(site: Document, number: int) -> Species:
    listed = site.get("species", site.get("name", site.get("label")))
    if isinstance(listed, str):
        return [(listed, 1.0)]
    try:
        return [(str(each["element"]), float(each.get("occu", 1))) for each in listed]
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise StructureError(
            f"has no species at site {number}; give its element and occupancy"
        ) from error


def ase_atoms(data: Document) -> RawCrystal:
    """Read atoms of ASE, or any cell with positions and numbers or symbols.

    Raises:
        StructureError: There is no cell, or it is not periodic.
    """
    cell = array(data.get("cell", np.zeros((3, 3))))
    if cell.shape == (3,):
        cell = np.diag(cell)
    check_periodic(cell, array(data.get("pbc", True)).astype(bool))
    if "numbers" in data:
        numbers = array(data["numbers"])
        check_number_of_sites(numbers.size)
        kinds = [
            int(n) if float(n).is_integer() else str(n) for n in np.atleast_1d(numbers)
        ]
    else:
        kinds = [str(symbol) for symbol in _needed(data, "symbols")]
    fractional = "scaled_positions" in data
    coords = array(data["scaled_positions" if fractional else "positions"])
    return RawCrystal(cell, [[(kind, 1.0)] for kind in kinds], coords, not fractional)


def is_spglib_cell(data: Sequence[Any]) -> bool:
    """Tell a cell of spglib: a list of lattice, positions and numbers."""
    return (
        len(data) in (3, 4)
        and all(isinstance(each, list) for each in data[:3])
        and len(data[0]) == 3
        and all(isinstance(row, list) and len(row) == 3 for row in data[0])
        and len(data[1]) == len(data[2])
        and all(isinstance(each, int | float) for each in data[2])
    )


def spglib_cell(data: Sequence[Any]) -> RawCrystal:
    """Read a cell of spglib or phonopy: lattice, fractional positions, atomic numbers."""
    check_number_of_sites(len(data[2]))
    sites = [[(int(number), 1.0)] for number in data[2]]
    return RawCrystal(array(data[0]), sites, array(data[1]))


def jarvis_atoms(data: Document) -> RawCrystal:
    """Read the atoms of JARVIS, whose database the model was trained on.

    Raises:
        StructureError: Something is missing or no number.
    """
    elements = _needed(data, "elements")
    check_number_of_sites(len(elements))
    coords = array(_needed(data, "coords"))
    sites = [[(str(element).strip(), 1.0)] for element in elements]
    cartesian = bool(data.get("cartesian", False))
    return RawCrystal(array(data["lattice_mat"]), sites, coords, cartesian)


def optimade(data: Document) -> RawCrystal:
    """Read the attributes of an OPTIMADE structure (specification 1.2, section 7.2).

    Raises:
        StructureError: It is a molecule, a chain or a layer, or its species are unknown.
    """
    vectors = data["lattice_vectors"] or [[0, 0, 0]] * 3
    lattice = array([[0 if x is None else x for x in row] for row in vectors])
    check_periodic(lattice, array(data.get("dimension_types", 1)).astype(bool))
    known = {each.get("name"): each for each in data.get("species") or []}
    sites = [
        _optimade_species(name, known.get(name))
        for name in _needed(data, "species_at_sites")
    ]
    coords = array(_needed(data, "cartesian_site_positions"))
    return RawCrystal(lattice, sites, coords, cartesian=True, stated=stated(data))


def _optimade_species(name: Any, species: Mapping[str, Any] | None) -> Species:
    if species is None:
        return [(str(name), 1.0)]
    symbols = species.get("chemical_symbols", [])
    shares = species.get("concentration", [])
    return [
        (str(symbol), float(share))
        for symbol, share in zip(symbols, shares, strict=False)
        if symbol != "vacancy"
    ]


def stated(record: Document) -> Stated:
    """Return what a record of a database says of its crystal."""
    symmetry = record.get("symmetry")
    number = symmetry.get("number") if isinstance(symmetry, dict) else None
    number = number or record.get("spg_number") or record.get("space_group_it_number")
    formula = record.get("formula_pretty") or record.get("chemical_formula_reduced")
    return Stated(
        formula=str(formula or record.get("formula") or ""),
        volume=_positive(record.get("volume")),
        density=_positive(record.get("density")),
        group_number=int(_positive(number)) if _positive(number) <= 230 else 0,
    )


def _positive(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if 0 < number < np.inf else 0.0


def _needed(data: Document, *keys: str) -> Any:
    """Return the value of the first key that is there.

    Raises:
        StructureError: None is.
    """
    for key in keys:
        if data.get(key) is not None:
            return data[key]
    raise StructureError(
        f"has a lattice but no {' or '.join(map(repr, keys))}; the crystal is not whole: "
        "export it again"
    )


def array(value: Any) -> NDArray[np.float64]:
    """Return numbers as an array, also from the two ways in which ASE wraps one.

    Raises:
        StructureError: They are no numbers, or rows differ in length.
    """
    if isinstance(value, dict) and "array" in value:
        value = value["array"]
    shape = None
    if isinstance(value, dict) and "__ndarray__" in value:
        wrapped = value["__ndarray__"]
        if not isinstance(wrapped, list) or len(wrapped) != 3:
            raise StructureError("has an array of ASE that is cut off; save it again")
        shape, _, value = wrapped
    try:
        numbers = np.array(value, dtype=float)
        return numbers if shape is None else numbers.reshape(shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise StructureError(
            f"has {str(value)[:40]!r} where numbers should be; correct them"
        ) from error
