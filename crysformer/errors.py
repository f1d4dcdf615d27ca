"""Every error this package raises on purpose; each message is a sentence with values.

The command line and the pages show ``str(error)`` of these and of nothing else.
"""

import unicodedata

MAX_NAME = 80
"""Characters of a file's name that a message carries."""
_MAX_MESSAGE = 800
# Controls, formats (also the marks of direction), halves of characters, line ends.
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain(text: str, limit: int = _MAX_MESSAGE) -> str:
    """Return a text from outside as one line that does nothing where it is shown.

    Args:
        text: Such as a name or a piece of a file. Control characters (a terminal obeys
            them), those that reverse the direction of text, and parts of broken
            characters become U+FFFD.
        limit: Characters to keep; of a longer text the middle is left out.
    """
    if len(text) > limit:
        head = limit // 2
        text = f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"
    if text.isascii() and text.isprintable():
        return text
    blank = str.maketrans("\n\r\t", "   ")
    return "".join(
        "\ufffd" if unicodedata.category(c) in _NOT_SHOWN else c
        for c in text.translate(blank)
    )


class CrysformerError(Exception):
    """Base of all errors whose message is meant for the person at the screen.

    Args:
        message: One sentence; whatever it quotes is made harmless here, for all errors.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(plain(message))


class StructureError(CrysformerError):
    """A file or text is not a crystal that can be predicted; says why and what to do."""


class DisorderedError(StructureError):
    """Sites hold parts of atoms; `structure.ordering` can put whole ones there."""


class LibraryError(CrysformerError):
    """A crystal is not in the library, a search is not one, or the facts are wrong."""


class WeightsError(CrysformerError):
    """A model's files are missing, damaged, or do not belong together."""


class DataError(CrysformerError):
    """A training or evaluation file is missing or has the wrong form."""


class SettingsError(CrysformerError):
    """A preset, model, device, or option name does not exist or cannot be used here."""


class BusyError(CrysformerError):
    """The server has as much to compute as it takes."""


class TooLongError(CrysformerError):
    """A computation took longer than it may, and was stopped."""


class LostError(CrysformerError):
    """The process of a computation ended before the computation did."""
