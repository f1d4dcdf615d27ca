"""Attention in a notebook: a picture in a frame, or a sentence and a table."""

from html import unescape
from io import StringIO
from xml.etree import ElementTree

import pandas as pd
import pytest

from crysformer.attention.notebook import ROWS, attention_html
from crysformer.attention.reduce import Choice
from crysformer.library.catalogue import get_crystal
from crysformer.predict.predictor import Predictor
from tests.support.random_model import random_checkpoint

QUARTZ = get_crystal("quartz-sio2").structure()


@pytest.fixture(scope="module")
def attention():
    return Predictor(random_checkpoint(), "cpu").bond_attention(QUARTZ)


def test_the_picture_lies_escaped_in_a_frame(attention, tmp_path):
    script = tmp_path / "3Dmol-min.js"
    script.write_text("window.drawn = true;")
    page = attention_html(attention, script=script)
    shown = ElementTree.fromstring(f"<div>{page}</div>")
    frame = shown.find("iframe")
    assert "addCylinder" in frame.get("srcdoc")
    assert "".join(shown.find("p").itertext()).endswith(
        "mean over blocks, mean over heads"
    )


def test_a_notebook_shows_it_without_being_asked(attention):
    assert "mean over blocks, mean over heads" in attention._repr_html_()


def test_without_the_viewer_there_is_a_sentence_and_a_table(attention, tmp_path):
    missing = tmp_path / "3Dmol-min.js"
    shown = attention_html(attention, Choice(measure="Weight"), missing)
    assert "3Dmol-min.js is not there" in unescape(shown)
    (table,) = pd.read_html(StringIO(shown))
    assert len(table) == ROWS < len(attention)
    assert {"From", "To", "Length (Å)", "Value"} <= set(table)
    assert table["Value"].is_monotonic_decreasing
