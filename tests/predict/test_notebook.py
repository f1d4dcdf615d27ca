"""A prediction in a notebook: what each number is, and what is none."""

from io import StringIO

import pandas as pd
import pytest

from crysformer.library.catalogue import get_crystal
from crysformer.predict.applicability import BY_SYMMETRY, NO_GAP, NO_LAYERS, UNDEFINED
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES


@pytest.fixture(scope="module")
def predictor():
    return Predictor("jarvis-dft-3d", "cpu")


def table(prediction: Prediction) -> pd.DataFrame:
    """What the notebook shows, by property and source."""
    (found,) = pd.read_html(StringIO(prediction._repr_html_()))
    return found.set_index(["Property", "Source"])


def row(prediction: Prediction, key: str) -> pd.Series:
    """One property of it."""
    item = PROPERTIES[key]
    return table(prediction).loc[(item.label, item.source)]


def test_every_shown_property_has_value_unit_interval_and_source(predictor):
    salt = predictor.predict([get_crystal("rock-salt-nacl").structure()])[0]
    assert len(table(salt)) == len(salt.shown)
    energy = row(salt, "formation_energy_peratom")
    low, high = salt.intervals["formation_energy_peratom"]
    assert energy["Value"] == f"{salt.values['formation_energy_peratom']:.4g} eV/atom"
    assert energy["90 % interval"] == f"{low:.4g} to {high:.4g}"
    assert "<b>NaCl</b>, predicted by jarvis-dft-3d" in salt._repr_html_()


def test_what_is_no_number_of_this_crystal_is_said(predictor):
    silicon, iron = predictor.predict(
        [get_crystal(name).structure() for name in ("diamond-si", "bcc-fe")]
    )
    assert "dfpt_piezo_max_dij" in silicon.exact
    assert row(silicon, "dfpt_piezo_max_dij")["90 % interval"] == BY_SYMMETRY
    layers = row(silicon, "exfoliation_energy")
    assert layers["Value"] == "–"
    assert layers["90 % interval"] == f"{UNDEFINED}: {NO_LAYERS}"
    assert row(iron, "slme")["90 % interval"] == f"{UNDEFINED}: {NO_GAP}"


def test_names_out_of_files_are_text():
    shown = Prediction("<i>X</i>", "<b>", {"slme": 1.5}, 2, exact=("slme",))._repr_html_()
    assert "<i>" not in shown
    assert "predicted by &lt;b&gt;" in shown
    assert BY_SYMMETRY in shown
