"""How a worker process asks something of a model, which it loads by its name, once."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from crysformer.predict.predictor import Predictor

Found = TypeVar("Found")


@lru_cache(maxsize=3)
def loaded(model: str, root: Path) -> Predictor:
    """Load a model, once in each process.

    Args:
        model: Its name.
        root: Folder of the models.

    Raises:
        WeightsError: The model's files are missing or damaged.
    """
    return Predictor(model, root=root)


def load(model: str, root: Path) -> None:
    """Load a model for the questions that are to come.

    Raises:
        WeightsError: The model's files are missing or damaged.
    """
    loaded(model, root)


def with_model(
    question: Callable[..., Found], model: str, root: Path, *arguments: Any
) -> Found:
    """Ask something that takes a ``Predictor`` and more.

    Raises:
        WeightsError: The model's files are missing or damaged.
    """
    return question(loaded(model, root), *arguments)


def with_network(
    question: Callable[..., Found], model: str, root: Path, *arguments: Any
) -> Found:
    """Ask something that takes the network alone and more.

    Raises:
        WeightsError: The model's files are missing or damaged.
    """
    return question(loaded(model, root).model, *arguments)
