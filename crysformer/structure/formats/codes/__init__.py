"""Inputs and outputs of programs, one module for each.

Small formats are read here, so that every fault is told with its line; those with many
options (Quantum ESPRESSO, WIEN2k) are read by ASE, PDB files by gemmi.
"""
