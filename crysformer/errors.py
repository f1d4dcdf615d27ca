"""Every error this package raises on purpose; each message is a sentence with values.

The command line and the pages show ``str(error)`` of these and of nothing else.
"""


class CrysformerError(Exception):
    """Base of all errors whose message is meant for the person at the screen."""


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
