"""Swapping one element of a crystal for another; cell and positions stay as they are."""

from pymatgen.core import Element, Structure

from crysformer.errors import SettingsError


def substitute(structure: Structure, old: str, new: str) -> Structure:
    """Put one element in the place of another, on all its sites.

    The cell is not relaxed, so a larger atom sits in it under pressure.

    Raises:
        SettingsError: The crystal has no such element, the other is none, or nothing
            would change.
    """
    formula = structure.composition.reduced_formula
    present = [element.symbol for element in structure.composition.elements]
    if old not in present:
        raise SettingsError(
            f"{formula} contains no {old[:20]}; choose one of {', '.join(present)}."
        )
    if not Element.is_valid_symbol(new):
        raise SettingsError(f"{new[:20]!r} is not a chemical element.")
    if new == old:
        raise SettingsError(
            f"Replacing {old} by {new} leaves {formula} unchanged; choose another "
            "element."
        )
    swapped = structure.copy()
    swapped.replace_species({old: new})
    return swapped
