"""The device that a network computes on."""

import torch

from crysformer.errors import SettingsError


def choose_device(name: str) -> torch.device:
    """Device by name; ``auto`` takes the fastest present.

    Raises:
        SettingsError: The device is unknown or not present.
    """
    present = {"cpu": True, "cuda": torch.cuda.is_available()}
    present["mps"] = torch.backends.mps.is_available()
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if present[kind])
    if not present.get(name, False):
        available = [kind for kind, there in present.items() if there]
        raise SettingsError(
            f"There is no device {name!r} on this machine; choose from {available}."
        )
    return torch.device(name)
