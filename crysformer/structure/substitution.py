"""Swapping an element or one atom, or taking it out; nothing else moves."""

from pymatgen.core import Element, Structure

from crysformer.errors import SettingsError
from crysformer.structure.labels import site_labels

VACANCY = "Vacancy"
"""What stands in the place of an atom that is taken out."""


def substitute(structure: Structure, old: str, new: str) -> Structure:
    """Put one element in the place of another, on all its sites or on one of them.

    The cell is not relaxed, so a larger atom sits in it under pressure. A change of one
    site is one in every cell.

    Args:
        structure: Ordered crystal.
        old: An element, or the label of a site, such as Na1.
        new: An element, or ``VACANCY`` for one site that is left empty.

    Raises:
        SettingsError: The crystal has no such element or site, the other is no element,
            nothing would change, or nothing would be left.
    """
    labels = site_labels([site.specie.symbol for site in structure])
    if old in labels:
        return _at_site(structure, labels.index(old), new)
    formula = structure.composition.reduced_formula
    present = [element.symbol for element in structure.composition.elements]
    if old not in present:
        raise SettingsError(
            f"{formula} contains no {old[:20]}; choose one of {', '.join(present)}."
        )
    if new == VACANCY:
        raise SettingsError(
            f"A vacancy is one missing atom: choose one site, not all {old}."
        )
    _check_element(new)
    if new == old:
        raise SettingsError(
            f"Replacing {old} by {new} leaves {formula} unchanged; choose another "
            "element."
        )
    swapped = structure.copy()
    swapped.replace_species({old: new})
    return swapped


def _at_site(structure: Structure, site: int, new: str) -> Structure:
    changed = structure.copy()
    if new == VACANCY:
        if len(structure) == 1:
            raise SettingsError(
                "The cell has one atom, and a vacancy would leave it empty; choose a "
                "larger cell."
            )
        changed.remove_sites([site])
        return changed
    _check_element(new)
    old = structure[site].specie.symbol
    if new == old:
        raise SettingsError(f"This site holds {old} already; choose another element.")
    changed.replace(site, new)
    return changed


def _check_element(symbol: str) -> None:
    if not Element.is_valid_symbol(symbol):
        raise SettingsError(f"{symbol[:20]!r} is not a chemical element.")
