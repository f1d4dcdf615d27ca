"""Our validation errors beside other networks' test errors on JARVIS-DFT.

The numbers are recomputed from the predictions that others sent to the JARVIS leaderboard
(K. Choudhary et al., npj Comput. Mater. 10, 93 (2024), pages.nist.gov/jarvis_leaderboard)
for the test part of dft_3d, release of 2021, ALIGNN's split (seed 123); one network for
each property. Our source has the six best of each; a network that is not among them has
no number. Left out are tensor components, whose mean our network learns, and the energy
above the hull, which no page shows.
"""

import pandas as pd

from crysformer.properties.metrics import property_error

NETWORKS = ("coGN", "coNGN", "ALIGNN", "PotNet", "Matformer", "MEGNet", "SchNet", "CGCNN")
"""Those with a column of their own; of several entries the best."""

_OTHER = "Descriptors and trees"
COLUMNS = (*NETWORKS, _OTHER)
"""All that have a column: networks, and the better of two kinds of trees."""

# Test crystals; then errors in the order of COLUMNS, in the property's unit.
# fmt: off
_ERRORS: dict[str, tuple[int, tuple[float | None, ...]]] = {
    "formation_energy_peratom": (
        5572, (0.02712, 0.0291, 0.03312, 0.02927, 0.03219, None, 0.03649, None, None)),
    "optb88vdw_total_energy": (
        5572, (0.02621, 0.02732, 0.03669, 0.03214, None, 0.03928, 0.03738, None, None)),
    "optb88vdw_bandgap": (
        5572, (0.1219, 0.1267, 0.1423, 0.1246, None, 0.146, None, None, None)),
    "mbj_bandgap": (
        1815, (0.264, 0.2719, 0.3104, 0.2707, None, 0.297, None, None, None)),
    "bulk_modulus_kv": (
        1968, (8.992, 8.702, 10.4, None, None, 11.43, 10.71, 11.01, None)),
    "shear_modulus_gv": (
        1968, (8.661, 8.488, 9.476, None, None, 10.44, 10.23, 10.08, None)),
    "magmom_oszicar": (
        5222, (0.2502, 0.2437, 0.2574, None, None, None, None, 0.3065, 0.3595)),
    "n_Seebeck": (
        2321, (39.27, 40.1, 40.92, None, None, None, None, 45.66, 43.98)),
    "n_powerfact": (
        2321, (452.2, 456.6, 442.3, None, None, None, None, 485.6, 469.6)),
    "avg_elec_mass": (
        1764, (0.09174, 0.08761, 0.08533, None, None, 0.08965, 0.08663, 0.09208, None)),
    "avg_hole_mass": (
        1764, (0.1372, 0.1285, 0.1239, None, None, 0.1416, None, 0.1406, 0.1435)),
    "spillage": (
        1137, (0.3609, 0.3463, 0.351, None, None, None, 0.3622, None, 0.3592)),
    "slme": (
        906, (4.451, 4.443, 4.521, None, None, 5.061, None, 5.014, 4.925)),
    "max_efg": (
        1186, (20.44, 19.55, 19.12, None, None, None, None, 22.96, 19.44)),
    "ph_heat_capacity": (
        1205, (6.113, 7.813, 9.606, None, None, 6.044, None, None, 5.276)),
    "dfpt_piezo_max_dielectric": (
        470, (30.29, 25.56, 28.15, None, None, 30.19, 26.53, None, None)),
    "dfpt_piezo_max_dij": (
        334, (15.22, 13.89, None, None, None, 15.76, None, 16.01, None)),
    "exfoliation_energy": (
        81, (47.7, 46.27, None, None, None, None, None, 45.76, 40.89)),
}
# fmt: on


def leaderboard_rows(table: pd.DataFrame) -> list[dict[str, str | float | int | None]]:
    """Our errors and those of others, a row for each property that both know.

    Args:
        table: The model's validation table.

    Returns:
        Rows with ``key``, ``Ours``, ``Crystals``, each of ``COLUMNS`` (None where it is
        not among the six best), and ``Test crystals``.
    """
    rows = []
    for key, (n_test, errors) in _ERRORS.items():
        part = table[table["property"] == key]
        ours = property_error(part["target"].to_numpy(), part["prediction"].to_numpy())
        if not ours.n:
            continue
        rows.append(
            {
                "key": key,
                "Ours": ours.mae,
                "Crystals": ours.n,
                **dict(zip(COLUMNS, errors, strict=True)),
                "Test crystals": n_test,
            }
        )
    return rows
