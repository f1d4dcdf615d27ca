"""Run the app with random weights: ``python serve_random.py app.py [options]``."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Put the random network where the shipped one is loaded, then start Streamlit."""
    sys.path[:0] = [str(ROOT)]
    from streamlit.web import cli

    from crysformer.predict import predictor
    from tests.support.random_model import random_checkpoint

    predictor.load_checkpoint = lambda *_: random_checkpoint()
    sys.argv = ["streamlit", "run", *sys.argv[1:]]
    cli.main()


main()
