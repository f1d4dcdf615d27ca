"""Deal the rows of a release into training, validation and test, as others do."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from crysformer.data.records import Row, json_member
from crysformer.data.releases import Release
from crysformer.errors import DataError

PARTS = ("train", "val", "test")


def alignn_split(n_rows: int, *, seed: int = 123) -> dict[str, list[int]]:
    """Deal rows into 80, 10 and 10 % exactly as ALIGNN does.

    ALIGNN's ``get_id_train_val_test`` shuffles the positions with Python's own generator,
    takes the training rows from the front and the test rows from the end, with validation
    before them. All sizes are rounded down, so up to two rows belong to no part. (A
    later version of that function returns more rows as test; benchmarks use this one.)

    Args:
        n_rows: Rows that have the label, in the order of the release.
        seed: Seed of the shuffle.

    Returns:
        Positions of the rows of each part, in shuffled order.
    """
    order = list(range(n_rows))
    random.Random(seed).shuffle(order)
    n_train, n_held_out = int(0.8 * n_rows), int(0.1 * n_rows)
    start_of_test = n_rows - n_held_out
    return {
        "train": order[:n_train],
        "val": order[start_of_test - n_held_out : start_of_test],
        "test": order[start_of_test:],
    }


def published_split(
    archive: Path, rows: Sequence[Row], release: Release
) -> dict[str, list[int]]:
    """Look up the rows of the ids that a publisher lists for each part.

    Args:
        archive: Zip of the lists.
        rows: All records of the release.
        release: How many ids each part should have.

    Returns:
        Positions of the rows of each part.

    Raises:
        DataError: The lists have another form or size, or name unknown ids.
    """
    with json_member(archive, release.split_url) as stream:
        try:
            listed = {part: set(map(str, ids)) for part, ids in json.load(stream).items()}
        except (AttributeError, TypeError, json.JSONDecodeError) as error:
            raise DataError(f"{release.split_url} does not list ids by part.") from error
    sizes = tuple(len(listed.get(part, ())) for part in PARTS)
    if sizes != release.split_sizes:
        raise DataError(
            f"{release.split_url} lists {sizes} ids, not {release.split_sizes}."
        )
    unknown = set.union(*(listed[part] for part in PARTS)) - {row.id for row in rows}
    if unknown:
        raise DataError(
            f"{release.url} lacks {len(unknown):,} of the ids that {release.split_url} "
            f"lists, such as {min(unknown)}."
        )
    return {
        part: [i for i, row in enumerate(rows) if row.id in listed[part]]
        for part in PARTS
    }


def each_id_once(
    split: Mapping[str, Sequence[int]], ids: Sequence[str]
) -> dict[str, list[int]]:
    """Keep one row of every id, in release order, so that no test crystal is learnt.

    Args:
        split: Positions of the rows of each part.
        ids: Of every row.
    """
    taken: set[str] = set()
    kept: dict[str, list[int]] = {}
    for part in reversed(PARTS):  # test has the first claim, then validation
        kept[part] = []
        for i in sorted(split[part]):
            if ids[i] not in taken:
                taken.add(ids[i])
                kept[part].append(i)
    return kept
