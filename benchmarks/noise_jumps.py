"""How far predictions jump under growing noise: makes the table beside the weights.

    python -m benchmarks.noise_jumps --model jarvis-mp

Prints the largest and the typical jump of each property over all steps, in units of its
validation error.
"""

import argparse

import torch

from crysformer.evaluation.smoothness import measure_jumps, write_jumps
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor


def main() -> None:
    """Measure, print and keep the jumps of a bundled model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    predictor = Predictor(options.model, "cpu")
    jumps = measure_jumps(predictor)
    write_jumps(jumps, weights_folder() / options.model)
    errors = predictor.validation_errors
    for key in dict.fromkeys(jump.property for jump in jumps):
        mine = [jump for jump in jumps if jump.property == key]
        worst = max(mine, key=lambda jump: jump.largest)
        typical = max(jump.typical for jump in mine)
        print(
            f"{key:30} largest {worst.largest / errors[key]:.3f} at "
            f"{worst.displacement:.1e} Å ({worst.crystal}), "
            f"typical at most {typical / errors[key]:.3f}"
        )


if __name__ == "__main__":
    main()
