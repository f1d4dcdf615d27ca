"""What is known of a crystal without any model: cell, symmetry, density."""

from dataclasses import dataclass

from pymatgen.core import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer, SymmetryUndeterminedError
from pymatgen.util.string import unicodeify, unicodeify_spacegroup

from crysformer.errors import StructureError

# The tolerance the network's own cell is standardised with, Å.
SYMPREC = 0.01


@dataclass(frozen=True)
class Facts:
    """Facts about one crystal.

    Attributes:
        formula: Reduced formula.
        sites: Atoms in the given cell.
        primitive_sites: Atoms in the primitive cell.
        space_group: Hermann-Mauguin symbol.
        number: Space group number.
        crystal_system: One of the seven.
        point_group: Hermann-Mauguin symbol.
        lengths: Edges of the given cell, Å.
        angles: Angles of the given cell, degrees.
        volume: Volume per atom, Å³.
        density: g/cm³.
        wyckoff: Element and Wyckoff letters, one entry for each orbit of atoms.
    """

    formula: str
    sites: int
    primitive_sites: int
    space_group: str
    number: int
    crystal_system: str
    point_group: str
    lengths: tuple[float, float, float]
    angles: tuple[float, float, float]
    volume: float
    density: float
    wyckoff: tuple[str, ...]

    def rows(self) -> list[tuple[str, str]]:
        """Return label and text of each fact, with units."""
        lengths = ", ".join(f"{length:.3f}" for length in self.lengths)
        angles = ", ".join(f"{angle:.2f}" for angle in self.angles)
        return [
            ("Space group", f"{self.space_group} ({self.number})"),
            ("Crystal system", self.crystal_system),
            ("Point group", self.point_group),
            ("Wyckoff positions", ", ".join(self.wyckoff)),
            ("Cell a, b, c", f"{lengths} Å"),
            ("Cell α, β, γ", f"{angles} °"),
            (
                "Atoms in this cell",
                f"{self.sites} (primitive cell: {self.primitive_sites})",
            ),
            ("Volume per atom", f"{self.volume:.2f} Å³"),
            ("Density", f"{self.density:.3f} g/cm³"),
        ]


def crystal_facts(structure: Structure) -> Facts:
    """Find symmetry and cell data of an ordered crystal.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    try:
        analyser = SpacegroupAnalyzer(structure, symprec=SYMPREC)
        symmetrised = analyser.get_symmetrized_structure()
    except SymmetryUndeterminedError as error:
        raise StructureError(
            f"spglib finds no symmetry for {structure.composition.reduced_formula} "
            f"within {SYMPREC} Å; check that no two atoms overlap."
        ) from error
    letters = [
        f"{sites[0].specie.symbol} {symbol}"
        for sites, symbol in zip(
            symmetrised.equivalent_sites, symmetrised.wyckoff_symbols, strict=True
        )
    ]
    primitive = analyser.find_primitive()
    lattice = structure.lattice
    return Facts(
        formula=unicodeify(structure.composition.reduced_formula),
        sites=len(structure),
        primitive_sites=len(primitive) if primitive is not None else len(structure),
        space_group=unicodeify_spacegroup(analyser.get_space_group_symbol()),
        number=analyser.get_space_group_number(),
        crystal_system=analyser.get_crystal_system(),
        point_group=analyser.get_point_group_symbol(),
        lengths=tuple(lattice.abc),
        angles=tuple(lattice.angles),
        volume=structure.volume / len(structure),
        density=float(structure.density),
        wyckoff=tuple(letters),
    )
