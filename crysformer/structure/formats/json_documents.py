"""Read the JSON of pymatgen, of ASE, and of rows of our data files, as numbers.

The JSON decoders of monty and ASE build whatever object a file names (through
``@module``, ``__ase_objtype__`` and constraints); nothing here does.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import RawCrystal, check_periodic


def read_json(text: str) -> RawCrystal:
    """Read the JSON of a pymatgen Structure, of ASE, or of a document that holds either.

    Args:
        text: A JSON object. Of an ASE database, the first row is read.

    Raises:
        StructureError: It is a molecule, or none of these.
    """
    data = json.loads(text)
    if isinstance(data, dict):
        if isinstance(data.get("structure"), dict):
            # A row of our data files, a computed entry, a document of a database.
            data = data["structure"]
        if isinstance(data.get("lattice"), dict | list):
            return _read_pymatgen(data)
        if "sites" in data:
            raise StructureError(
                "has no lattice, so it is a molecule and not a crystal; give a Structure"
            )
        ids = data.get("ids", [1])
        row = data if "numbers" in data else data.get(str(int(_array(ids)[0])))
        if isinstance(row, dict) and {"numbers", "positions"} <= row.keys():
            return _read_ase(row)
    raise StructureError(
        "is JSON but holds neither a pymatgen Structure nor ASE atoms; save it with "
        "Structure.to_json() or ase.io.write()"
    )


def _read_pymatgen(data: dict[str, Any]) -> RawCrystal:
    lattice, pbc = data["lattice"], True
    if isinstance(lattice, dict):
        lattice, pbc = lattice["matrix"], lattice.get("pbc", True)
    lattice = _array(lattice)
    check_periodic(lattice, _array(pbc).astype(bool))
    if "sites" in data:
        occupancies = [
            [(entry["element"], entry["occu"]) for entry in site["species"]]
            for site in data["sites"]
        ]
        return RawCrystal(lattice, occupancies, [site["abc"] for site in data["sites"]])
    sites = [[(species, 1.0)] for species in data["species"]]
    return RawCrystal(lattice, sites, _array(data["frac_coords"]))


def _read_ase(row: dict[str, Any]) -> RawCrystal:
    cell = _array(row.get("cell", np.zeros((3, 3))))
    check_periodic(cell, _array(row.get("pbc", False)).astype(bool))
    numbers = _array(row["numbers"])
    sites = [[(int(n) if n.is_integer() else str(n), 1.0)] for n in numbers]
    return RawCrystal(cell, sites, _array(row["positions"]), cartesian=True)


def _array(value: Any) -> NDArray[np.float64]:
    """Return numbers as an array, also from the two ways in which ASE wraps one."""
    if isinstance(value, dict) and "array" in value:
        value = value["array"]
    if isinstance(value, dict) and "__ndarray__" in value:
        shape, _, flat = value["__ndarray__"]
        return np.array(flat, dtype=float).reshape(shape)
    return np.array(value, dtype=float)
