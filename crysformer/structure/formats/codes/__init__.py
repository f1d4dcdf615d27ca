"""Inputs and outputs of programs, one module for each.

Small formats are read here, so that every fault is told with its line; WIEN2k's is read
by ASE, PDB files by gemmi.
"""
