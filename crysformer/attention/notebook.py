"""Attention on the bonds of a crystal as HTML, as a notebook shows it."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from crysformer.attention.bond_picture import Picture, bond_picture
from crysformer.attention.reduce import Choice
from crysformer.errors import SettingsError
from crysformer.picture.html import SCRIPT, standalone_html
from crysformer.picture.scene import build_scene

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention

WIDTH, HEIGHT = 640, 480
ROWS = 20
"""The strongest bonds that a table lists."""

DEFAULT = Choice()
"""Cross-attention over uniform attention, mean over blocks and heads."""


def attention_html(
    attention: "BondAttention", choice: Choice = DEFAULT, script: Path = SCRIPT
) -> str:
    """The crystal in 3D with its bonds coloured by attention, in a frame of its own.

    Args:
        attention: Weights of all its bonds.
        choice: Which number to show.
        script: 3Dmol.js.

    Returns:
        A caption and the picture; where 3Dmol.js is missing, a sentence and a table of
        the strongest bonds.
    """
    picture = bond_picture(attention, choice)
    caption = f"<p>{escape(choice.title)}, {escape(choice.part)}</p>"
    structure = attention.graph.structure
    scene = build_scene(structure, picture.bonds, **picture.scene_arguments())
    try:
        page = standalone_html(scene, width=WIDTH, height=HEIGHT, script=script)
    except SettingsError as error:
        return f"{caption}<p>{escape(str(error))}</p>{_table(picture)}"
    # In a frame, so that several pictures on one page leave each other's scripts alone.
    return (
        f'{caption}<iframe srcdoc="{escape(page)}" width="{WIDTH + 20}" '
        f'height="{HEIGHT + 20}" style="border: 0" '
        'title="Attention on the bonds of the crystal"></iframe>'
    )


def _table(picture: Picture) -> str:
    """The strongest bonds, and how many there are."""
    table = picture.table.drop(columns=["Bond", "Orbit", "Equal"]).rename(
        columns={"Length": "Length (Å)"}
    )
    more = f", the {ROWS} strongest" if len(table) > ROWS else ""
    strongest = table.head(ROWS).to_html(
        index=False, border=0, justify="left", float_format="{:.4f}".format, na_rep="–"
    )
    return f"<p>{escape(picture.heading)}{more}</p>{strongest}"
