"""Check settings that a user gives against their limits."""

from collections.abc import Mapping

from crysformer.errors import SettingsError


def check_ranges(settings: object, limits: Mapping[str, tuple[float, float]]) -> None:
    """Refuse settings outside their limits.

    Raises:
        SettingsError: A value is too small, too large, or not a number.
    """
    for name, (low, high) in limits.items():
        value = getattr(settings, name)
        if not low <= value <= high:
            raise SettingsError(
                f"The setting {name} cannot be {value}; give a number between {low} and "
                f"{high}."
            )
