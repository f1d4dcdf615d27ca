"""The nine steps from a crystal to a prediction: words, numbers, pictures."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["experiments", "walkthrough"]
)
