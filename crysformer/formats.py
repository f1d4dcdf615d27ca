"""Parse the text of one crystal file, its format recognised by content alone.

A parser returns a `RawCrystal` that `crysformer.structures` has yet to judge. It raises
`StructureError` with a predicate ("has no cell, ...") that the caller puts behind the
file's name; whatever else pymatgen or ASE raises is the caller's to put into words.

Nothing here builds an object that a file names. The JSON decoders of monty and ASE do
(through ``@module``, ``__ase_objtype__`` and constraints), so JSON is read as numbers.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any, NamedTuple

import numpy as np
from ase.io.extxyz import key_val_str_to_dict, read_xyz
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Composition, Element, Structure
from pymatgen.io.cif import CifBlock, CifFile, CifParser, str2float
from pymatgen.io.vasp import Poscar
from pymatgen.util.io_utils import clean_lines

from crysformer.errors import StructureError

MAX_SITES = 1000

# No space group puts more than 48 operations on one point, so that an orbit has at least
# a 48th as many sites as there are operations.
_MAX_SITE_SYMMETRY = 48
_MAX_CELL_LENGTH = 1000.0
_MIN_CELL_VOLUME = 0.1
_MAX_XYZ_COLUMNS = 100
_MAX_FORMULA_LENGTH = 200


class RawCrystal(NamedTuple):
    """What a file says, before anything but its form was checked."""

    lattice: ArrayLike
    """Rows are the cell vectors, in Å."""
    sites: Sequence[Sequence[tuple[str | int, float]]]
    """For each site, the species on it (symbol or atomic number) with occupancies."""
    coords: ArrayLike
    """One row for each site, fractional or in Å."""
    cartesian: bool = False


def find_parser(text: str) -> Callable[[str], RawCrystal] | None:
    """Return the parser for the format that a text is in, or None for no known format.

    Args:
        text: The whole content, its lines ended by line feeds alone.
    """
    if text.lstrip()[:1] in ("{", "["):
        return read_json
    lines = _lines(text)[:5]
    first = text.partition("\n")[0].strip()
    # POSCAR before XYZ: a POSCAR's free comment line may well be a single number.
    if (
        len(lines) == 5
        and all(map(_floats, lines[1:]))
        and all(len(line.split()) == 3 for line in lines[2:])
    ):
        return read_poscar
    if re.fullmatch(r"\d{1,12}", first):
        return read_xyz_frame
    if re.search(r"^[ \t]*(data_\S|_cell_length_a|_atom_site_)", text, re.MULTILINE):
        return read_cif
    return None


def check_lattice(lattice: NDArray[np.float64]) -> None:
    """Refuse a cell that no crystal has.

    Args:
        lattice: Three rows of three, in Å.

    Raises:
        StructureError: The numbers are not finite, or the cell is missing, flat or huge.
    """
    if lattice.shape != (3, 3):
        raise StructureError(
            f"has a lattice of shape {lattice.shape}; give three vectors of three numbers"
        )
    if not np.isfinite(lattice).all():
        raise StructureError(
            "has a lattice with numbers that are not finite (NaN or infinity); "
            "correct the cell vectors"
        )
    lengths = np.linalg.norm(lattice, axis=1)
    volume = abs(np.linalg.det(lattice))
    if volume < _MIN_CELL_VOLUME or lengths.max() > _MAX_CELL_LENGTH:
        vectors = ", ".join(f"{length:.4g}" for length in lengths)
        raise StructureError(
            f"has cell vectors of {vectors} Å that span {volume:.4g} Å³; give three "
            f"independent vectors in Å, none above {_MAX_CELL_LENGTH:.0f} Å"
        )


def check_number_of_sites(number: int) -> None:
    """Refuse an empty cell and one with more than `MAX_SITES` atoms.

    Args:
        number: Number of atoms in the cell.

    Raises:
        StructureError: The number is 0 or above the limit.
    """
    if number == 0:
        raise StructureError("has 0 atoms; add the sites of the crystal")
    if number > MAX_SITES:
        raise StructureError(
            f"has {number} atoms, more than the limit of {MAX_SITES}; "
            "give its primitive cell or a smaller one"
        )


def read_cif(text: str) -> RawCrystal:
    """Read the first block of a CIF that has fractional coordinates.

    Args:
        text: The CIF, possibly of several blocks.

    Raises:
        StructureError: There is no such block, or pymatgen would have to guess.
    """
    # Without its blank lines: on a run of them the patterns in pymatgen are quadratic.
    text = "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
    chunks = re.split(r"^\s*data_", text, flags=re.MULTILINE)[1:]
    chunk = next((chunk for chunk in chunks if "_atom_site_fract_x" in chunk), None)
    if chunk is None:
        raise StructureError(
            "has no data_ block with fractional coordinates (_atom_site_fract_x); "
            "export the crystal again as a CIF with its sites"
        )
    if "_cell_length_a" not in chunk:
        raise StructureError(
            "has no cell (_cell_length_a and so on), so it is a molecule and not a "
            "crystal; add the cell"
        )
    chunk = f"data_{chunk}"
    parser = CifParser.from_str(chunk, check_cif=False)
    block = next(iter(CifFile.from_str(chunk).data.values()))
    lattice = parser.get_lattice(block)
    if lattice is not None:
        check_lattice(lattice.matrix)
    _check_cif_sites(parser, block)
    try:
        structure = parser.parse_structures(primitive=False, on_error="raise")[0]
    except ValueError as error:
        if total := re.search(r"Occupancy (\S+) exceeded", str(error)):
            raise StructureError(
                f"has overlapping atoms, with occupancies that add up to {total[1]} on "
                "one position; list each position once, with at most one whole atom on it"
            ) from error
        raise
    _check_cif_guesses(parser.warnings, block.data)
    if structure.is_ordered:
        _check_cif_formula(structure, block.data.get("_chemical_formula_sum"))
    sites = [
        [(key.symbol, occ) for key, occ in site.species.items()] for site in structure
    ]
    return RawCrystal(structure.lattice.matrix, sites, structure.frac_coords)


def _check_cif_sites(parser: CifParser, block: CifBlock) -> None:
    """Refuse sites that pymatgen would misplace or take minutes to expand."""
    columns = [block.data[f"_atom_site_fract_{axis}"] for axis in "xyz"]
    if not isinstance(columns[0], list):
        raise StructureError(
            "lists its site outside a loop_; write loop_ above its names"
        )
    occupancies = block.data.get("_atom_site_occupancy", [])
    for column in [*columns, occupancies]:
        # pymatgen takes the sign for "not applicable" as the number 0.
        if "." in column:
            raise StructureError(
                f"has '.' for a coordinate or occupancy of site {column.index('.') + 1}; "
                "write the number"
            )
    rows = len(columns[0])
    listed = [len(v) for k, v in block.data.items() if "xyz" in k and isinstance(v, list)]
    most = max(listed, default=1)
    if rows * most > _MAX_SITE_SYMMETRY * MAX_SITES:
        raise StructureError(
            f"lists {rows} sites under {most} symmetry operations, which is more than "
            f"{MAX_SITES} atoms; give its primitive cell or a smaller one"
        )
    check_number_of_sites(rows)
    if parser.feature_flags["magcif"]:  # Its operations are in the list just counted.
        return
    operations = parser.get_symops(block)
    # pymatgen takes most of a second to generate a group from its symbol: once is enough.
    parser.get_symops = lambda _: operations
    for number, operation in enumerate(operations, 1):
        if not math.isclose(
            abs(np.linalg.det(operation.rotation_matrix)), 1, abs_tol=0.01
        ):
            raise StructureError(
                f"has a symmetry operation (number {number}) that is not a rotation or "
                "reflection; correct its list of operations"
            )
    frac_coords = np.array(
        [[str2float(value) for value in column] for column in columns]
    ).T
    images = np.concatenate([op.operate_multi(frac_coords) for op in operations]) % 1
    # The offset keeps common fractions such as 1/16 off the edges of the rounding; the
    # factor allows for positions that coincide but were still rounded apart.
    cells = np.unique(np.round(images + 0.00037, 3) % 1, axis=0)
    if len(cells) > 2 * MAX_SITES:
        raise StructureError(
            f"expands to about {len(cells)} atoms, more than the limit of {MAX_SITES}; "
            "give its primitive cell or a smaller one"
        )


def _check_cif_guesses(warnings: Sequence[str], data: dict[str, Any]) -> None:
    """Turn the warnings after which pymatgen returns another crystal into errors."""
    for warning in warnings:
        if "implicit hydrogens" in warning:
            raise StructureError(
                "has hydrogen atoms without coordinates (water or attached hydrogens); "
                "add a site for each of them"
            )
        if match := re.match(r"((?:OH|NO3)\S*) parsed as", warning):
            raise StructureError(
                f"has a site {match[1]!r} that stands for several atoms; "
                "add a site for each of them"
            )
        if "Defaulting to P1" in warning:
            stated = next(
                (
                    f"{key} {value if isinstance(value, str) else value[0]}"
                    for key, value in data.items()
                    if re.match(
                        r"_(symmetry|space_group)_.*(name|number|pos|xyz)", key, re.I
                    )
                    and value not in ("?", ".", "")
                ),
                None,
            )
            if stated:
                raise StructureError(
                    f"has a space group that is not understood ({stated}); "
                    "list its symmetry operations, or all atoms of the cell in P 1"
                )


def _check_cif_formula(structure: Structure, formula: object) -> None:
    """Refuse sites that make up another compound than the formula in the file."""
    # A formula that is missing or says nothing leaves nothing to compare. Far longer ones
    # say nothing either, and take pymatgen minutes.
    if not isinstance(formula, str) or len(formula) > _MAX_FORMULA_LENGTH:
        return
    try:
        # pymatgen holds D for another element than H, with the same symbol.
        formula = re.sub("[DT](?![a-z])", "H", formula)
        declared = Composition(formula).get_el_amt_dict()
    except Exception:
        return
    found = Counter(site.specie.symbol for site in structure)
    total_declared = sum(declared.values())
    if total_declared <= 0:
        return
    # A hundredth allows for rounded formulas.
    if declared.keys() != found.keys() or any(
        abs(declared[key] / total_declared - found[key] / len(structure)) > 0.01
        for key in declared
    ):
        raise StructureError(
            f"has sites that make {structure.composition.reduced_formula} but says "
            f"{formula!r} in _chemical_formula_sum; add the missing sites "
            "(hydrogens are often left out) or correct the formula"
        )


def read_poscar(text: str) -> RawCrystal:
    """Read a POSCAR or CONTCAR; velocities and everything behind them are left aside.

    Args:
        text: The file, of VASP 5 or newer, or of VASP 4 if its comment line consists of
            one element symbol for each count or each coordinate line ends with a symbol.

    Raises:
        StructureError: Element names are missing, or the header contradicts itself.
    """
    lines = _lines(text)
    start = next((n for n in range(5, len(lines)) if _integers(lines[n])), len(lines))
    stop = next(
        (n for n in range(start, len(lines)) if not _integers(lines[n])), len(lines)
    )
    counts = [count for line in lines[start:stop] for count in _integers(line)]
    names = " ".join(lines[5:start]).split()
    if not counts:
        raise StructureError(
            "has no line with numbers of atoms behind its cell vectors; add it"
        )
    check_number_of_sites(sum(counts))
    names = [name.split("/")[0].split("_")[0] for name in names]  # of Na_pv/6a2f546d
    for name in names:
        if not _is_element(name):
            raise _not_an_element(name)
    if names and len(names) != len(counts):
        raise StructureError(
            f"names {len(names)} elements ({' '.join(names)[:60]}) but gives "
            f"{len(counts)} numbers of atoms; make the two lines match"
        )
    mode = stop + (lines[stop : stop + 1] != [] and lines[stop][:1] in ("s", "S"))
    if not "".join(lines[mode : mode + 1]).startswith(tuple("dDcCkK")):
        raise StructureError(
            "has no line 'Direct' or 'Cartesian' behind the numbers of atoms; add it"
        )
    rows = lines[mode + 1 : mode + 1 + sum(counts)]
    if len([row for row in rows if row]) < sum(counts):
        raise StructureError(
            f"says it has {sum(counts)} atoms but lists {len([r for r in rows if r])}; "
            "give the whole file"
        )
    comment = lines[0].split()
    in_comment = (
        not names and len(comment) == len(counts) and all(map(_is_element, comment))
    )
    # pymatgen takes one positive factor for the cell and the coordinates alike.
    header = ["", str(_poscar_scale(lines)), *lines[2 : mode + 1]]
    structure = Poscar.from_str(
        "\n".join([*header, *rows]),
        default_names=comment if in_comment else None,
        read_velocities=False,
    ).structure
    if not (names or in_comment):
        # Fluorine or tritium on every line would be the flags that let atoms move.
        ends = {row.split()[-1] for row in rows}
        if not all(map(_is_element, ends)) or ends <= {"T", "F"}:
            raise StructureError(
                "has no element names (VASP 4 format); add a line with one symbol for "
                f"each of its {len(counts)} numbers of atoms above that line"
            )
    sites = [
        [(key.symbol, occ) for key, occ in site.species.items()] for site in structure
    ]
    return RawCrystal(structure.lattice.matrix, sites, structure.frac_coords)


def _poscar_scale(lines: Sequence[str]) -> float:
    """Return the factor of line 2, where a negative number is the volume of the cell."""
    factors = _floats(lines[1])
    if len(factors) != 1:
        raise StructureError(
            f"has {len(factors)} scaling factors on its second line; multiply the "
            "vectors and write the one factor 1.0"
        )
    if factors[0] >= 0:
        return factors[0]
    volume = abs(np.linalg.det([_floats(line) for line in lines[2:5]]))
    return float((-factors[0] / volume) ** (1 / 3))


def read_xyz_frame(text: str) -> RawCrystal:
    """Read the first frame of an extended XYZ file.

    Args:
        text: The file, possibly of many frames.

    Raises:
        StructureError: There is no ``Lattice`` (a molecule), or atoms are missing.
    """
    lines = text.split("\n")
    number = int(lines[0])
    check_number_of_sites(number)
    rows = [line for line in lines[2 : number + 2] if line.strip()]
    if len(rows) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(rows)}; give the whole file"
        )
    # Deuterium and tritium are hydrogen here, and unknown to ASE.
    rows = [re.sub(r"^(\s*)[DT](?=\s)", r"\1H", row) for row in rows]
    frame = StringIO("\n".join([lines[0], lines[1], *rows, ""]))
    try:
        atoms = next(read_xyz(frame, index=0, properties_parser=_xyz_header))
    except KeyError as error:
        raise _not_an_element(error.args[0]) from error
    _check_periodic(atoms.cell.array, atoms.pbc)
    symbols = [[(symbol, 1.0)] for symbol in atoms.get_chemical_symbols()]
    return RawCrystal(atoms.cell.array, symbols, atoms.positions, cartesian=True)


def _xyz_header(line: str) -> dict[str, Any]:
    """Keep of the second line only what places atoms, and refuse absurd columns."""
    info = key_val_str_to_dict(line)
    if "Lattice" not in info:
        raise StructureError(
            "has no cell, so it is a molecule and not a crystal; add "
            'Lattice="ax ay az bx by bz cx cy cz" (in Å) to its second line'
        )
    columns = sum(map(int, re.findall(r":(\d+)", str(info.get("Properties", "")))))
    if columns > _MAX_XYZ_COLUMNS:
        raise StructureError(
            f"declares {columns} columns, more than {_MAX_XYZ_COLUMNS}; "
            "keep the species and positions"
        )
    return {key: info[key] for key in ("Lattice", "Properties", "pbc") if key in info}


def read_json(text: str) -> RawCrystal:
    """Read the JSON of a pymatgen Structure, of ASE, or of one row of our data files.

    Args:
        text: A JSON object. Of an ASE database, the first row is read.

    Raises:
        StructureError: It is a molecule, or none of these.
    """
    data = json.loads(text)
    if isinstance(data, dict):
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
    _check_periodic(lattice, pbc)
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
    _check_periodic(cell, row.get("pbc", False))
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


def _check_periodic(lattice: NDArray[np.float64], pbc: Any) -> None:
    """Refuse molecules, wires and slabs: the model repeats the cell in all directions."""
    periodic = np.broadcast_to(_array(pbc).astype(bool), 3)
    if not lattice.any():
        raise StructureError(
            "has no cell, so it is a molecule and not a crystal; add the cell vectors"
        )
    if not periodic.all():
        flags = " ".join("T" if flag else "F" for flag in periodic)
        raise StructureError(
            f"is periodic along {periodic.sum()} of 3 directions (pbc {flags}) and not a "
            "crystal; set pbc to T T T if its cell repeats along all three"
        )


def _lines(text: str) -> list[str]:
    """Return stripped lines without comments, as pymatgen's POSCAR reader sees them."""
    text = re.sub(r"!.*", "", text)
    return list(clean_lines(text.split("\n"), remove_empty_lines=False))


def _floats(line: str) -> list[float]:
    """Return the numbers of a line that has one or three and nothing else, or none."""
    try:
        numbers = [float(word) for word in line.split(maxsplit=3)]
    except ValueError:
        return []
    return numbers if len(numbers) in (1, 3) else []


def _integers(line: str) -> list[int]:
    """Return the integers of a line that has nothing else, or none."""
    words = line.split()
    if not all(re.fullmatch(r"\d{1,12}", word) for word in words):
        return []
    return [int(word) for word in words]


def _not_an_element(label: str) -> StructureError:
    return StructureError(
        f"names {label[:20]!r} as an element, which it is not; use element symbols"
    )


def _is_element(word: str) -> bool:
    return Element.is_valid_symbol(word)
