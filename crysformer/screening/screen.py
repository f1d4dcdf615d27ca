"""Predict many crystals in one go; what is wrong with one of them stops nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, starmap

from pymatgen.core import Structure

from crysformer.errors import DisorderedError, StructureError
from crysformer.predict.applicability import is_undefined, notes_on
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from crysformer.screening.sources import Content, single_crystals
from crysformer.structure.formula import reduced_formula
from crysformer.structure.ordering import (
    APPROXIMATED,
    OrderedApproximation,
    ordered_approximation,
)
from crysformer.structure.read import ReadCrystal, read_crystal
from crysformer.trust.novelty import Novelty
from crysformer.trust.stability import Stability

# Enough to use the processor well, few enough for results to come within a second.
BATCH_CRYSTALS = 32
BATCH_ATOMS = 500


@dataclass(frozen=True)
class ScreenRow:
    """What is known of one file after its turn.

    Attributes:
        file: Its name as given.
        formula: Reduced formula; empty if the file could not be read.
        space_group: International number, or None if there was an error.
        sites: Atoms in the given cell, or None if the file could not be read.
        values: Every shown property in its unit, by key; empty if there was an error.
        intervals: Ends of the 90 % interval of each property that has one.
        notes: What else is to be said of some properties, see ``applicability``.
        novelty: How far the crystal is from the training data, if the model can tell.
        stability: How probable it is that it is stable, if the model can tell.
        error: What is wrong, in one sentence; empty if nothing is.
        warnings: What to check about the file.
    """

    file: str
    formula: str = ""
    space_group: int | None = None
    sites: int | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    novelty: Novelty | None = None
    stability: Stability | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def defined(self) -> dict[str, float]:
        """The values that say something of the crystal."""
        return {
            key: value
            for key, value in self.values.items()
            if not is_undefined(self.notes.get(key, ""))
        }


def screen(
    inputs: Iterable[tuple[str, Content]],
    predictor: Predictor,
    *,
    order: bool = False,
    batch_crystals: int = BATCH_CRYSTALS,
    batch_atoms: int = BATCH_ATOMS,
) -> Iterator[ScreenRow]:
    """Predict crystals and take their rows one by one; see ``screen_batches``.

    Yields:
        One row for each crystal, in the same order, as soon as its batch is done. To stop
        early, take no more rows.
    """
    for batch in screen_batches(
        inputs,
        predictor,
        order=order,
        batch_crystals=batch_crystals,
        batch_atoms=batch_atoms,
    ):
        yield from batch


def screened(
    predictor: Predictor, inputs: Sequence[tuple[str, Content]], order: bool
) -> list[ScreenRow]:
    """Predict a few crystals, as a question to a process; see ``screen_batches``."""
    return list(screen(inputs, predictor, order=order))


def screen_batches(
    inputs: Iterable[tuple[str, Content]],
    predictor: Predictor,
    *,
    order: bool = False,
    batch_crystals: int = BATCH_CRYSTALS,
    batch_atoms: int = BATCH_ATOMS,
) -> Iterator[list[ScreenRow]]:
    """Predict crystals one batch after another.

    Args:
        inputs: Name and content of each file, read as they are needed.
        predictor: The model.
        order: Predict an ordered approximation of a disordered crystal, whose row is
            named so, instead of refusing it.
        batch_crystals: Files after which a batch is predicted.
        batch_atoms: Atoms after which it is predicted even before.

    Yields:
        The rows of each batch, one for each crystal, in the same order: a file that
        holds many has a row for each of them.
    """
    rows: list[ScreenRow] = []
    structures: list[Structure] = []
    for name, content in chain.from_iterable(starmap(single_crystals, inputs)):
        row, structure = _read(name, content, order)
        rows.append(row)
        if structure is not None:
            structures.append(structure)
        atoms = sum(map(len, structures))
        if len(rows) >= batch_crystals or atoms >= batch_atoms:
            yield list(_predicted(rows, structures, predictor))
            rows, structures = [], []
    if rows:
        yield list(_predicted(rows, structures, predictor))


def _read(
    name: str, content: bytes | StructureError, order: bool
) -> tuple[ScreenRow, Structure | None]:
    """Read one file; the row says what it is, or why there is no structure."""
    try:
        if isinstance(content, StructureError):
            raise content
        try:
            found: ReadCrystal | OrderedApproximation = read_crystal(content, name)
        except DisorderedError:
            if not order:
                raise
            found = ordered_approximation(content, name)
            name = f"{name} {APPROXIMATED}"
    except StructureError as error:
        return ScreenRow(name, error=str(error)), None
    structure = found.structure
    row = ScreenRow(
        name,
        reduced_formula(structure),
        sites=len(structure),
        warnings=found.warnings,
    )
    return row, structure


def _predicted(
    rows: Sequence[ScreenRow], structures: Sequence[Structure], predictor: Predictor
) -> Iterator[ScreenRow]:
    """Complete the rows of one batch; those with an error have no structure."""
    results = zip(structures, predictor.predict_each(structures), strict=True)
    for row in rows:
        if row.error:
            yield row
            continue
        structure, found = next(results)
        if isinstance(found, Prediction):
            yield replace(
                row,
                space_group=found.space_group,
                values=found.shown,
                intervals=found.intervals,
                notes=notes_on(structure, found),
                novelty=found.novelty,
                stability=found.stability,
            )
        else:
            yield replace(row, error=found)
