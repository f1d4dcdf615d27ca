"""The door to a trained model: structures in, predictions and attention out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["predictor", "remote"],
    submod_attrs={"predictor": ["Predictor"], "prediction": ["Prediction"]},
)
