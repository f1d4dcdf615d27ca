"""Graph stores that outlast a run: built once by all cores, then mapped.

The store of a file is a folder of pieces, so that building it needs memory for one piece
only. Whoever needs it first builds it; others of the same machine or file system wait.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save_file
from tqdm import tqdm

from crysformer.data.store import GraphStore, map_arrays
from crysformer.errors import DataError, StructureError
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.crystal import build_graph
from crysformer.graph.rule import GRAPH_VERSION, NeighbourRule

if TYPE_CHECKING:
    from crysformer.data.dataset import Row

PIECE = 20_000
"""Rows of a file whose graphs are in memory together while they are built."""
_KEPT = "kept_rows"
_FEW = 200  # Below it, starting processes takes longer than the graphs.

_logger = logging.getLogger(__name__)

Rows = Callable[[], Iterable["Row"]]
"""Reads the rows of a file from the first on."""


def stores_of(
    path: Path, rows: Rows, rule: NeighbourRule, cache: Path | None
) -> tuple[list[GraphStore], NDArray[np.int64]]:
    """Graphs of a file, from the cache where they were built before.

    A row whose cell is too empty for a graph is left out, with a warning that names it.

    Args:
        path: The file, whose content and the rule name its store.
        rows: What is in it.
        rule: Neighbour rule of the model.
        cache: Folder for the stores of all files; nothing is kept without one.

    Returns:
        Stores one after another, and which rows their graphs are of.

    Raises:
        DataError: The file cannot be read.
    """
    if cache is None:
        return _joined(_built(rows(), rule))
    folder = cache / _fingerprint(path, rule)
    if not folder.exists():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with FileLock(cache / f".{folder.name}.lock"):
                if not folder.exists():
                    _build_into(folder, rows, rule)
        except (OSError, SafetensorError) as error:
            _logger.warning("Graphs are not kept in %s: %s.", cache, error)
            return _joined(_built(rows(), rule))
    return _joined(map_arrays(piece) for piece in sorted(folder.iterdir()))


def _build_into(folder: Path, rows: Rows, rule: NeighbourRule) -> None:
    """Build all pieces of a store; the folder appears when it has them all."""
    with TemporaryDirectory(dir=folder.parent) as beside:
        unfinished = Path(beside) / folder.name
        unfinished.mkdir()
        for number, piece in enumerate(_built(rows(), rule)):
            save_file(piece, unfinished / f"{number:05}.safetensors")
        unfinished.replace(folder)


def _joined(
    pieces: Iterable[dict[str, NDArray]],
) -> tuple[list[GraphStore], NDArray[np.int64]]:
    stores = list(pieces)
    kept = [np.array(piece.pop(_KEPT)) for piece in stores]
    nobody = np.empty(0, dtype=np.int64)
    return [GraphStore(piece) for piece in stores], np.concatenate([nobody, *kept])


def _built(rows: Iterable["Row"], rule: NeighbourRule) -> Iterator[dict[str, NDArray]]:
    """Build graphs piece by piece; a piece without any is left out."""
    remaining = iter(rows)
    first = 0
    while piece := list(islice(remaining, PIECE)):
        found = build_graphs(piece, rule)
        kept = [row for row, graph in enumerate(found) if graph is not None]
        if kept:
            store = GraphStore.from_graphs([found[row] for row in kept])
            yield {**store.arrays, _KEPT: np.array(kept) + first}
        first += len(piece)


def build_graphs(rows: Sequence["Row"], rule: NeighbourRule) -> list[GraphArrays | None]:
    """Build graphs on all cores, with a progress bar; None where there is none."""
    jobs = [(row, rule) for row in rows]
    bar = {"total": len(jobs), "desc": "graphs", "unit": "crystal", "leave": False}
    if len(jobs) < _FEW:
        return [_build(job) for job in tqdm(jobs, **bar)]
    with ProcessPoolExecutor() as pool:
        return list(tqdm(pool.map(_build, jobs, chunksize=50), **bar))


def _build(job: tuple["Row", NeighbourRule]) -> GraphArrays | None:
    row, rule = job
    try:
        return build_graph(row.structure, rule)
    except StructureError as error:
        _logger.warning("%s is left out: %s", row.id, error)
        return None


def _fingerprint(path: Path, rule: NeighbourRule) -> str:
    """Name of a store: changes with the file, the rule and this code's version."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise DataError(f"{path} cannot be read as JSON lines: {error}.") from None
    digest.update(repr((rule, GRAPH_VERSION)).encode())
    return f"{path.name.split('.')[0]}-{digest.hexdigest()[:16]}"
