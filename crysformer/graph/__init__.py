"""From a structure to the graphs that the network computes on.

Standard cell, neighbours, symmetry quotient, tensors. ``CrystalGraph`` is the prepared
crystal that every question takes.
"""
