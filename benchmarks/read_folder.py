"""Read folders of files with this project's reader and an independent one, and compare.

    python -m benchmarks.read_folder FOLDER...
    python -m benchmarks.read_folder --library   # our crystals, written in every format

The independent reader is gemmi for a CIF, pymatgen for a POSCAR and its JSON, and ASE for
the rest. Listed are files on whose formula, volume or space group the two differ, and
those that only one of them reads. A difference is not yet a fault: the other reader
guesses where ours refuses.
"""

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import ase.io
import gemmi
import numpy as np
import spglib
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.io.ase import AseAtomsAdaptor

from crysformer.errors import StructureError
from crysformer.library.catalogue import load_library
from crysformer.structure.decode import decoded
from crysformer.structure.formats.recognise import find_format
from crysformer.structure.read import file_content, read_structure
from crysformer.structure.write import FORMATS

_VOLUME_TOLERANCE = 0.01
_SYMPREC = 0.01
_BY_ASE = {".xyz": "extxyz", ".cell": "castep-cell", ".gen": "gen", ".xsf": "xsf"}


class Seen(NamedTuple):
    """What a reader found, or why it found nothing."""

    formula: str = ""
    volume: float = 0.0
    group: int = 0
    fault: str = ""

    def agrees(self, other: "Seen") -> bool:
        """Tell whether both are the same crystal in the same cell."""
        return (
            Composition(self.formula).almost_equals(Composition(other.formula), 0.01)
            and abs(self.volume - other.volume) <= _VOLUME_TOLERANCE * self.volume
            and self.group == other.group
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, list what differs and count; 1 if anything of our own differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--library", action="store_true", help="write and read our own")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        if options.library:
            write_library(Path(folder))
            options.folders.append(Path(folder))
        counts, seconds = compare(options.folders)
    for outcome, number in counts.most_common():
        print(f"{number:6d} {outcome}")
    files = max(1, sum(counts.values()))
    print(f"{1000 * seconds / files:.2f} ms of processor time a file, ours alone")
    return int(options.library and set(counts) != {"agree"})


def compare(folders: Sequence[Path]) -> tuple[Counter[str], float]:
    """Read every file below some folders twice, and print where the readers differ."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for path in _files(folders):
        start = time.process_time()
        ours = _ours(path)
        seconds += time.process_time() - start
        other = _independent(path)
        outcome = _outcome(ours, other)
        counts[outcome] += 1
        if outcome not in ("agree", "neither reads"):
            print(f"{outcome}: {path}\n  ours  {ours}\n  other {other}")
    return counts, seconds


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        found = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        yield from (path for path in found if path.is_file())


def _outcome(ours: Seen, other: Seen) -> str:
    if ours.fault and other.fault:
        return "neither reads"
    if ours.fault or other.fault:
        return "only the other reads" if ours.fault else "only ours reads"
    return "agree" if ours.agrees(other) else "DIFFER"


def _ours(path: Path) -> Seen:
    try:
        return _seen(read_structure(file_content(path), path.name))
    except StructureError as error:
        return Seen(fault=str(error)[:200])


def _independent(path: Path) -> Seen:
    try:
        return _seen(_other_structure(path))
    except Exception as error:  # Every kind of exception is a way of not reading it.
        return Seen(fault=f"{type(error).__name__}: {error}"[:200])


def _other_structure(path: Path) -> Structure:
    text = decoded(file_content(path))
    found = find_format(text)
    if found and found.name.startswith("CIF"):
        return _by_gemmi(text)
    if found and found.name.startswith(("POSCAR", "JSON")):
        if '"lattice_mat"' in text:
            return _by_hand(json.loads(text)["atoms"])
        kind = "poscar" if found.name.startswith("POSCAR") else "json"
        return Structure.from_str(text, fmt=kind)
    kind = _BY_ASE.get(path.suffix)
    atoms = ase.io.read(StringIO(text) if kind else path, format=kind)
    if not atoms.cell.rank == 3:
        raise ValueError("no cell")
    return AseAtomsAdaptor.get_structure(atoms)


def _by_hand(atoms: dict[str, list]) -> Structure:
    """Read the atoms of JARVIS, fractional."""
    return Structure(Lattice(atoms["lattice_mat"]), atoms["elements"], atoms["coords"])


def _by_gemmi(text: str) -> Structure:
    """Expand the first block with sites as gemmi does."""
    for block in gemmi.cif.read_string(text):
        small = gemmi.make_small_structure_from_block(block)
        if small.sites:
            break
    cell = small.cell
    lattice = Lattice.from_parameters(
        cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma
    )
    sites = small.get_all_unit_cell_sites()
    coords = np.array([site.fract.tolist() for site in sites])
    species = [{site.element.name: site.occ} for site in sites]
    structure = Structure(lattice, species, coords)
    structure.merge_sites(0.01, mode="sum")
    return structure


def _seen(structure: Structure) -> Seen:
    cell = (structure.lattice.matrix, structure.frac_coords, _kinds(structure))
    dataset = spglib.get_symmetry_dataset(cell, _SYMPREC)
    number = dataset.number if dataset else 0
    return Seen(structure.composition.formula, structure.volume, number)


def _kinds(structure: Structure) -> list[int]:
    names = [site.species_string for site in structure]
    return [sorted(set(names)).index(name) + 1 for name in names]


def write_library(folder: Path) -> None:
    """Write every crystal of the library in every format that can be written."""
    for name, crystal in load_library().items():
        structure = crystal.structure()
        for number, file in enumerate(FORMATS.values()):
            path = folder / f"{name}_{number}{file.ending}"
            path.write_text(file.write(structure), encoding="utf-8")
        atoms = AseAtomsAdaptor.get_atoms(structure)
        for kind, ending in {"extxyz": ".xyz", "gen": ".gen", "xsf": ".xsf"}.items():
            stream = StringIO()
            ase.io.write(stream, atoms, format=kind)
            (folder / f"{name}{ending}").write_text(stream.getvalue(), encoding="utf-8")
        row = {"jid": name, "atoms": _jarvis(structure)}
        (folder / f"{name}_jarvis.json").write_text(json.dumps(row), encoding="utf-8")


def _jarvis(structure: Structure) -> dict[str, object]:
    return {
        "lattice_mat": structure.lattice.matrix.tolist(),
        "coords": structure.frac_coords.tolist(),
        "elements": [site.specie.symbol for site in structure],
        "cartesian": False,
    }


if __name__ == "__main__":
    sys.exit(main())
