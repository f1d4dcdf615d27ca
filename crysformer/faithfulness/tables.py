"""A faithfulness study as tables: every property, and every bond in a property's unit."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from pymatgen.core import Structure

from crysformer.arrays import FloatArray
from crysformer.faithfulness.knockout import Variant
from crysformer.faithfulness.study import BONDS, GRADIENT, LENGTH, RANDOM, Study
from crysformer.faithfulness.verdict import Finding
from crysformer.graph.crystal import CrystalGraph
from crysformer.properties.scaling import Scaling, sizes_of
from crysformer.properties.table import PROPERTIES
from crysformer.structure.formula import formula_unit_atoms


class Column(StrEnum):
    """What a column of the table of properties says of a module or a baseline."""

    RHO = "ρ"
    TAU = "τ"
    P = "p"
    GIVEN = "ρ given"
    SHUFFLED = "shuffled"

    def of(self, name: str) -> str:
        """Name of the column for one module or baseline."""
        return f"{name} {self}"


def output_columns(scalings: Sequence[Scaling]) -> dict[str, int]:
    """Column of the network's output that each property fit to be shown is read from.

    Properties that share an output, such as formation and total energy, differ by element
    constants alone, so that the same bonds matter for them; the first one is kept.
    """
    own = [scaling.key for scaling in scalings if not scaling.base]
    return {key: column for column, key in enumerate(own) if PROPERTIES[key].shown}


def in_unit(
    change: FloatArray, output: float, scaling: Scaling, structure: Structure
) -> FloatArray:
    """Changes of a standardised output as changes of the property, in its unit.

    Values that the app would raise to zero are left as the network says them, so that no
    effect hides behind that.

    Args:
        change: Standardised, any shape.
        output: Standardised prediction for the whole crystal.
        scaling: Of the property.
        structure: The crystal, for values per cell or per formula unit.
    """
    size = sizes_of(
        scaling.key, np.array([len(structure)]), np.array([formula_unit_atoms(structure)])
    )[0]
    return scaling.decode_change(change, output, size)


def property_table(
    found: dict[str, list[Finding]], columns: dict[str, int], titles: dict[str, str]
) -> pd.DataFrame:
    """One row for each property: rank correlations of both modules and of baselines.

    Args:
        found: By module, findings for every output.
        columns: Output of each property.
        titles: What to call each property.
    """
    rows = []
    for key, column in columns.items():
        row = {"Property": titles[key]}
        for module, findings in found.items():
            finding = findings[column]
            row |= {
                Column.RHO.of(module): finding.attention.rho,
                Column.TAU.of(module): finding.attention.tau,
                Column.P.of(module): finding.attention.p,
                Column.GIVEN.of(module): finding.given.rho,
                Column.SHUFFLED.of(module): finding.shuffled,
            }
        first = next(iter(found.values()))[column]
        for name in (RANDOM, BONDS, LENGTH, GRADIENT):
            row |= {
                Column.RHO.of(name): first.baselines[name],
                Column.TAU.of(name): first.taus[name],
            }
        rows.append(row)
    return pd.DataFrame(rows)


def orbit_names(graph: CrystalGraph, study: Study) -> list[str]:
    """Name each undirected orbit by one of its bonds, their length and their number."""
    labels, bonds = graph.labels, graph.bonds
    first = np.unique(study.orbits.of_bond, return_index=True)[1]
    arrow = np.where(study.orbits.one_way, "→", "–")
    return [
        f"{labels[bonds.i[row]]} {mark} {labels[bonds.j[row]]}, {length:.3f} Å, ×{count}"
        for row, mark, length, count in zip(
            first, arrow, study.orbits.length, study.orbits.count, strict=True
        )
    ]


def orbit_table(
    names: list[str],
    study: Study,
    output: int,
    scaling: Scaling,
    structure: Structure,
    variant: Variant,
    title: str,
) -> pd.DataFrame:
    """One row for each undirected orbit: attention, and the change without it.

    Args:
        names: Of the orbits.
        study: What was found.
        output: Column of the network's output.
        scaling: Of the property.
        structure: The crystal.
        variant: How bonds are taken away.
        title: What to call the property, with its unit.
    """
    whole = float(study.outputs[output])
    change = in_unit(study.change[variant][:, output], whole, scaling, structure)
    table = pd.DataFrame(
        {
            "Orbit": np.arange(len(names)),
            "Bonds": names,
            **{f"{name} share": share for name, share in study.attention.items()},
            f"Change of {title}": change,
        }
    )
    order = np.argsort(-np.abs(change), kind="stable")
    return table.iloc[order].reset_index(drop=True)
