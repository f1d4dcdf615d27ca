"""Crystals of the training files that a run does not learn from.

Two data sets can share crystals: those of one whose formulas are held back in the other
are listed by identifier. And the few largest graphs would set the size of every padded
batch: a limit of angles leaves them out.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crysformer.data.dataset import Dataset
from crysformer.errors import DataError


@dataclass(frozen=True)
class LeftOut:
    """What a run leaves out of its training crystals; nothing where nothing is given.

    Attributes:
        ids: Identifiers, in the order of their list.
        max_angles: Most symmetry-unique angles of a crystal that is kept.
    """

    ids: tuple[str, ...] = ()
    max_angles: int | None = None

    @classmethod
    def read(cls, path: Path | None, max_angles: int | None = None) -> "LeftOut":
        """Read a list of identifiers, one a line; blank lines do not count.

        Raises:
            DataError: The list cannot be read or names nobody.
        """
        if path is None:
            return cls((), max_angles)
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read as a list of ids: {error}.") from None
        ids = tuple(line.strip() for line in lines if line.strip())
        if not ids:
            raise DataError(f"{path} names no crystal; it needs one identifier a line.")
        return cls(ids, max_angles)

    def of(self, train: Dataset) -> Dataset:
        """Return the training crystals without those left out.

        Raises:
            DataError: None would be left.
        """
        named, large = self._which(train)
        if not (named.any() or large.any()):
            return train
        if (named | large).all():
            raise DataError(f"All {len(train)} training crystals would be left out.")
        return train.subset(np.flatnonzero(~(named | large)))

    def card(self, train: Dataset) -> dict[str, Any]:
        """Say for a model's card what was left out of these training crystals."""
        named, large = self._which(train)
        card: dict[str, Any] = {}
        if self.ids:
            text = "".join(f"{name}\n" for name in self.ids)
            card["ids"] = {
                "listed": len(self.ids),
                "crystals": int(named.sum()),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
        if self.max_angles is not None:
            card["angles"] = {
                "most": self.max_angles,
                "crystals": int((large & ~named).sum()),
            }
        return card

    def _which(self, train: Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Which crystals are listed, and which are too large, (rows,) each."""
        named = np.isin(np.array(train.ids), np.array(self.ids, dtype=str))
        angles = train.graphs.angles
        most = np.inf if self.max_angles is None else self.max_angles
        return named, angles > most
