"""A crystal that a visitor gave: what is kept of it, and what it is called in keys."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pymatgen.core import Structure

# The type alone: the readers import more than a first picture needs.
if TYPE_CHECKING:
    from crysformer.structure.frames import Frame

UPLOADED: Final = "upload-"
"""How the token of every upload begins."""


@dataclass(frozen=True)
class Upload:
    """A file or text with one crystal or several, read once.

    Attributes:
        name: What to call it.
        structure: The crystal to show first; never changed.
        size: Bytes of the file.
        note: What was done to it before it could be read; empty if nothing was.
        warnings: Sentences on what a person should check about the file.
        frames: All its crystals; empty where there is one.
        first: Place among them of the one to show first.
    """

    name: str
    structure: Structure
    size: int
    note: str = ""
    warnings: tuple[str, ...] = ()
    frames: tuple["Frame", ...] = ()
    first: int = 0

    def structure_at(self, index: int) -> Structure:
        """Return one of its crystals, by its place among the frames."""
        return self.frames[index].structure() if self.frames else self.structure

    def warnings_at(self, index: int) -> tuple[str, ...]:
        """Return what is to be said of one of its crystals."""
        more = self.frames[index].warnings if self.frames else ()
        return (*self.warnings, *more)


def token_of(content: bytes, note: str = "") -> str:
    """Return the token of an uploaded crystal; the same bytes are the same crystal.

    Args:
        content: The file as it is.
        note: What was done to it; the same file with and without are two crystals.
    """
    return f"{UPLOADED}{hashlib.sha256(content + note.encode()).hexdigest()[:12]}"
