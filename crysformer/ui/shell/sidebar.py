"""What the sidebar says on pages that show several crystals, or need no network yet."""

from collections.abc import Sequence

from crysformer.ui.session import state
from crysformer.ui.session.text import plain
from crysformer.ui.shell.frame import Frame


def name_model(places: Frame) -> None:
    """Name the chosen model, which nothing on the page has asked for yet.

    Args:
        places: Of the sidebar.
    """
    places.model.caption(f"Model  \n**{plain(state.model())}**")
    places.device.empty()


def name_crystals(places: Frame, names: Sequence[str]) -> None:
    """Say which crystals the page shows, in the place of the one chosen elsewhere.

    Args:
        places: Of the sidebar.
        names: What to call them; none where the page shows no crystal.
    """
    if not names:
        places.crystal.empty()
        return
    places.crystal.caption(f"Crystals  \n**{plain(', '.join(names))}**")
