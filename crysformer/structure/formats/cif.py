"""Read a CIF with pymatgen, and refuse what it would guess or take minutes to expand."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pymatgen.core import Composition, Structure
from pymatgen.core.operations import SymmOp
from pymatgen.io.cif import CifBlock, CifFile, CifParser, str2float

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import (
    MAX_SITES,
    OCCUPANCY_TOLERANCE,
    RawCrystal,
    check_lattice,
    check_number_of_sites,
)

# Sites times symmetry operations, for each of which pymatgen takes up to 0.3 ms. Where a
# site may move along a line, at most 12 operations (6mm) lead to one and the same atom;
# the rest leaves room for the few sites that symmetry fixes on a point, with up to 48.
_MAX_IMAGES = 16 * MAX_SITES
_MAX_FORMULA_LENGTH = 200

_SPELLING = {
    name.lower(): name
    for name in (
        "loop_",
        *(f"_cell_length_{axis}" for axis in "abc"),
        *(f"_cell_angle_{angle}" for angle in ("alpha", "beta", "gamma")),
        *(f"_atom_site_fract_{axis}" for axis in "xyz"),
        "_atom_site_label",
        "_atom_site_occupancy",
        "_atom_site_type_symbol",
        "_chemical_formula_sum",
        "_space_group_IT_number",
        "_space_group_name_H-M_alt",
        "_space_group_name_Hall",
        "_space_group_symop_operation_xyz",
        "_symmetry_Int_Tables_number",
        "_symmetry_equiv_pos_as_xyz",
        "_symmetry_space_group_name_H-M",
        "_symmetry_space_group_name_Hall",
    )
}
"""What makes a crystal, as pymatgen spells it; CIF itself does not tell case apart."""


class _Parser(CifParser):
    """The parser of pymatgen, for a single block of which only the atoms matter."""

    _operations: Sequence[SymmOp] = ()

    @property
    def block(self) -> CifBlock:
        """The block, with the names and thirds in it that pymatgen puts right."""
        return next(iter(self._cif.data.values()))

    def get_symops(self, data: CifBlock) -> Sequence[SymmOp]:
        """Return the operations on positions, also those of a magnetic group."""
        # pymatgen takes most of a second to generate a group from its symbol.
        if not self._operations:
            prefixes = ("_space_group_magn", "_space_group_symop_magn")
            magnetic = any(key.startswith(prefixes) for key in data.data)
            get = self.get_magsymops if magnetic else super().get_symops
            self._operations = get(data)
        return self._operations

    def _parse_symbol(self, sym: str) -> str | None:
        """Return the element of a label; an isotope of hydrogen is hydrogen.

        To pymatgen D is another element with the same symbol as H, so that it adds the
        two on one site up to twice their occupancy.
        """
        symbol = super()._parse_symbol(sym)
        return "H" if symbol in ("D", "T") else symbol


def read_cif(text: str) -> RawCrystal:
    """Read the first block of a CIF that has fractional coordinates.

    Args:
        text: The CIF, possibly of several blocks.

    Raises:
        StructureError: There is no such block, or pymatgen would have to guess.
    """
    chunk = _first_block(text)
    _check_sites(next(iter(CifFile.from_str(chunk).data.values())).data)
    parser = _Parser.from_str(
        chunk, occupancy_tolerance=1 + OCCUPANCY_TOLERANCE, check_cif=False
    )
    # No moment reaches the model, and here they would only slow the expansion down.
    parser.feature_flags["magcif"] = False
    lattice = parser.get_lattice(parser.block)
    if lattice is None:
        raise StructureError(
            "has an incomplete cell; give all three _cell_length_ and all three "
            "_cell_angle_ values"
        )
    check_lattice(lattice.matrix)
    _check_expansion(parser)
    try:
        structure = parser.parse_structures(primitive=False, on_error="raise")[0]
    except ValueError as error:
        if total := re.search(r"Occupancy (\S+) exceeded", str(error)):
            raise StructureError(
                "has overlapping atoms, with occupancies that add up to "
                f"{float(total[1]):.4g} on one position; list each position once, with "
                "at most one whole atom on it"
            ) from error
        raise
    _check_guesses(parser)
    _check_hydroxyl(structure)
    if structure.is_ordered:
        _check_formula(structure, parser.block.data.get("_chemical_formula_sum"))
    sites = [
        [(key.symbol, occ) for key, occ in site.species.items()] for site in structure
    ]
    return RawCrystal(structure.lattice.matrix, sites, structure.frac_coords)


def _first_block(text: str) -> str:
    """Return the first block with coordinates, or raise where none is a crystal."""
    # Without its blank lines: on a run of them the patterns in pymatgen are quadratic.
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    text = "\n".join(_usual_spelling(lines))
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
    return f"data_{chunk}"


def _usual_spelling(lines: Sequence[str]) -> Iterator[str]:
    """Spell the first words of lines as pymatgen knows them, outside of texts."""
    in_text = False
    for line in lines:
        if line.startswith(";"):
            in_text = not in_text
        elif not in_text and (first := re.search(r"\S+", line)):
            word = first[0]
            if word[:5].lower() == "data_":
                word = f"data_{word[5:]}"
            word = _SPELLING.get(word.lower(), word)
            line = line[: first.start()] + word + line[first.end() :]
        yield line


def _check_sites(data: dict[str, Any]) -> None:
    """Refuse sites that are too many, or that pymatgen would misplace."""
    columns = [data[f"_atom_site_fract_{axis}"] for axis in "xyz"]
    if not isinstance(columns[0], list):
        raise StructureError(
            "lists its site outside a loop_; write loop_ above its names"
        )
    for column in [*columns, data.get("_atom_site_occupancy", [])]:
        # pymatgen takes the sign for "not applicable" as the number 0.
        if "." in column:
            raise StructureError(
                f"has '.' for a coordinate or occupancy of site {column.index('.') + 1}; "
                "write the number"
            )
    check_number_of_sites(len(columns[0]))


def _check_expansion(parser: _Parser) -> None:
    """Refuse operations that are none, and sites that take minutes to expand."""
    data = parser.block.data
    columns = [data[f"_atom_site_fract_{axis}"] for axis in "xyz"]
    sites = len(columns[0])
    # Before they are read, which for the most that a file can hold takes minutes as well.
    _check_images(sites, _count_listed_operations(data))
    operations = parser.get_symops(parser.block)
    _check_images(sites, len(operations))
    volumes = np.abs(np.linalg.det([op.rotation_matrix for op in operations]))
    wrong = ~(np.abs(volumes - 1) < 0.01)
    if wrong.any():
        raise StructureError(
            f"has a symmetry operation (number {wrong.argmax() + 1}) that is not a "
            "rotation or reflection; correct its list of operations"
        )
    coords = np.array([[str2float(value) for value in column] for column in columns]).T
    images = np.concatenate([op.operate_multi(coords) for op in operations]) % 1
    # pymatgen merges what lies within 1e-4. The offset keeps common fractions such as
    # 1/16 off the edges of the rounding; the factor allows for positions that coincide
    # but were still rounded apart.
    cells = np.unique(np.round(images + 0.000037, 4) % 1, axis=0)
    if len(cells) > 2 * MAX_SITES:
        raise StructureError(
            f"expands to about {len(cells)} atoms, more than the limit of {MAX_SITES}; "
            "give its primitive cell or a smaller one"
        )


def _count_listed_operations(data: dict[str, Any]) -> int:
    """Return how many operations a file spells out, at most."""
    centrings, others = [1], [1]
    for key, value in data.items():
        if "xyz" in key and isinstance(value, list):
            (centrings if "centering" in key else others).append(len(value))
    return max(centrings) * max(others)


def _check_images(sites: int, operations: int) -> None:
    if sites * operations > _MAX_IMAGES:
        raise StructureError(
            f"lists {sites} sites under {operations} symmetry operations, more than any "
            f"crystal of {MAX_SITES} atoms needs; list each independent site once, in "
            "its primitive cell or a smaller one"
        )


def _check_guesses(parser: _Parser) -> None:
    """Turn the warnings after which pymatgen returns another crystal into errors."""
    for warning in parser.warnings:
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
        no_group = "Defaulting to P1" in warning or "No magnetic symmetry" in warning
        if no_group and (stated := _stated_group(parser.block.data)):
            raise StructureError(
                f"has an unknown space group ({stated}); list its symmetry operations, "
                "or all atoms of the cell in P 1"
            )


def _stated_group(data: dict[str, Any]) -> str | None:
    """Return the first name, number or operation of a space group that a file gives."""
    for key, value in data.items():
        value = value[0] if isinstance(value, list) else value
        is_group = re.match(r"_(symmetry|space_group)_.*(name|number|xyz)", key, re.I)
        if is_group and value not in ("?", ".", ""):
            return f"{key} {value}"
    return None


def _check_hydroxyl(structure: Structure) -> None:
    """Refuse hydrogen on the position of oxygen, which pymatgen would silently drop."""
    for site in structure:
        if site.properties.get("implicit_hydrogens"):
            raise StructureError(
                f"has oxygen and hydrogen on one position (site {site.label!r}); give "
                "each atom a position of its own"
            )


def _check_formula(structure: Structure, formula: object) -> None:
    """Refuse sites that make up another compound than the formula in the file."""
    # A formula that is missing or says nothing leaves nothing to compare. Far longer ones
    # say nothing either, and take pymatgen minutes.
    if not isinstance(formula, str) or len(formula) > _MAX_FORMULA_LENGTH:
        return
    formula = re.sub("[DT](?![a-z])", "H", formula)  # As in `_Parser`.
    try:
        declared = Composition(formula).fractional_composition.get_el_amt_dict()
    except Exception:
        return
    if not declared:
        return
    found = structure.composition.fractional_composition.get_el_amt_dict()
    # A hundredth allows for rounded formulas.
    if declared.keys() != found.keys() or any(
        abs(declared[key] - found[key]) > 0.01 for key in declared
    ):
        raise StructureError(
            f"has sites that make {structure.composition.reduced_formula} but says "
            f"{formula!r} in _chemical_formula_sum; add the missing sites "
            "(hydrogens are often left out) or correct the formula"
        )
