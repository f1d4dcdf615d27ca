"""Pictures of many predictions: the numbers behind them, counted by hand."""

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Element

from crysformer.figures.crystals import (
    MAX_BINS,
    as_text,
    element_map,
    grid_place,
    histogram,
    per_element,
    scatter,
    titles,
)
from crysformer.properties.table import PROPERTIES

GAP, ENERGY = "optb88vdw_bandgap", "formation_energy_peratom"
TABLE = pd.DataFrame(
    {
        "file": ["<b>a</b>.cif", "b", "bad", "c"],
        "formula": ["NaCl", "Na2O", "", "Si"],
        GAP: [5.0, 3.0, np.nan, 1.0],
        ENERGY: [-2.0, -1.0, np.nan, np.nan],
    }
)


def test_titles_have_units_and_the_method_only_where_two_labels_are_alike():
    assert titles([GAP]) == {GAP: "Band gap (eV)"}
    both = titles([GAP, "mbj_bandgap", "slme", "eps_mean"])
    assert both[GAP] == "Band gap, OptB88vdW (eV)"
    assert both["mbj_bandgap"] == "Band gap, TBmBJ (eV)"
    assert both["eps_mean"] == "Electronic dielectric constant, mean"
    shown = [key for key, item in PROPERTIES.items() if item.shown]
    assert len(set(titles(shown).values())) == len(shown)


@pytest.mark.parametrize(
    "values",
    [
        [1.0],
        [2.0, 2.0, 2.0],
        [0.0, 1.0, 2.0, 3.0],
        [0.0] * 99 + [1e6],
        [*np.linspace(0, 1, 99), 1e9],
    ],
)
def test_histogram_counts_everything_in_few_bars(values):
    table = pd.DataFrame({GAP: [*values, np.nan]})
    bars = histogram(table, GAP, "Band gap (eV)").data[0]
    assert sum(bars.y) == len(values)
    assert len(bars.y) <= MAX_BINS
    assert bars.customdata[0][0] <= min(values)
    assert bars.customdata[-1][1] >= max(values)


def test_histogram_counts_are_those_of_known_values():
    table = pd.DataFrame({GAP: [0.0, 0.0, 0.5, 4.0]})
    figure = histogram(table, GAP, "Band gap (eV)")
    assert figure.data[0].y.tolist() == [3, 0, 0, 0, 1]
    assert figure.data[0].customdata[0].tolist() == pytest.approx([0.0, 0.8])
    assert figure.layout.xaxis.title.text == "Band gap (eV)"


def test_scatter_has_a_point_for_each_crystal_with_both_numbers():
    points = scatter(TABLE, GAP, ENERGY, titles([GAP, ENERGY])).data[0]
    assert list(points.x) == [5.0, 3.0]
    assert list(points.y) == [-2.0, -1.0]
    assert [data[0] for data in points.customdata] == [0, 1]
    assert points.customdata[0][2] == "&lt;b&gt;a&lt;/b&gt;.cif"


def test_scatter_colours_by_a_third_property_and_keeps_those_without_it():
    table = TABLE.assign(bulk_modulus_kv=[20.0, np.nan, np.nan, 90.0])
    names = titles([GAP, ENERGY, "bulk_modulus_kv"])
    figure = scatter(table, GAP, ENERGY, names, colour="bulk_modulus_kv")
    grey, coloured = figure.data
    assert [data[0] for data in grey.customdata] == [1]
    assert list(coloured.marker.color) == [20.0]
    assert coloured.marker.colorbar.title.text == names["bulk_modulus_kv"]


def test_text_of_files_is_no_markup():
    assert as_text("<a href='x'>&lt;") == "&lt;a href='x'&gt;&amp;lt;"


def test_elements_are_counted_once_for_each_crystal():
    counts = per_element(TABLE, None)["crystals"]
    assert counts.to_dict() == {"O": 1, "Na": 2, "Si": 1, "Cl": 1}
    assert list(counts.index) == ["O", "Na", "Si", "Cl"]


def test_means_are_over_the_crystals_that_have_the_number():
    gaps = per_element(TABLE, GAP)
    assert gaps["mean"].to_dict() == {"O": 3.0, "Na": 4.0, "Si": 1.0, "Cl": 5.0}
    energies = per_element(TABLE, ENERGY)
    assert "Si" not in energies.index
    assert energies.loc["Na"].to_dict() == {"crystals": 2, "mean": -1.5}


def test_map_shows_numbers_in_their_places():
    figure = element_map(TABLE, GAP, "Band gap (eV)")
    others, coloured = figure.data
    assert coloured.z[grid_place("Na")] == 4.0
    assert coloured.text[grid_place("Na")] == "Na<br>4"
    assert coloured.hovertext[grid_place("Na")] == "Sodium: mean 4 over 2 crystals"
    assert coloured.hovertext[grid_place("Si")] == "Silicon: mean 1 over 1 crystal"
    assert np.isfinite(coloured.z).sum() == 4
    assert np.isfinite(others.z).sum() == 114
    assert others.text[grid_place("Fe")] == "Fe"
    assert others.text[grid_place("Na")] == ""
    assert coloured.colorbar.title.text == "Band gap (eV)"


def test_every_element_has_a_place_of_its_own():
    places = [grid_place(Element.from_Z(number).symbol) for number in range(1, 119)]
    assert len(set(places)) == 118
    assert grid_place("H") == (0, 0)
    assert grid_place("He") == (0, 17)
    assert grid_place("Fe") == (3, 7)
    assert grid_place("La") == (8, 2)
    assert grid_place("Hf") == (5, 3)
    assert grid_place("U") == (9, 5)
