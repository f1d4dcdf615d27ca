"""Parts of the page Predict, ``app.py``."""
