"""Symbols of space groups."""

import moyopy


def short_symbol(number: int) -> str:
    """Short Hermann-Mauguin symbol, such as C2/m where pymatgen writes C12/m1.

    Args:
        number: International number, 1 to 230.
    """
    return moyopy.SpaceGroupType(number).hm_short.replace(" ", "")
