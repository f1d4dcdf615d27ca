"""Plotly figures, each from the numbers it shows."""
