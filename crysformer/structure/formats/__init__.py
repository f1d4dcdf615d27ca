"""One module for each format that is read, and the raw record they all hand over.

A parser turns a text into a ``RawCrystal`` and does not judge it; ``recognise`` tells the
formats apart by content.
"""

FORMATS = "CIF, POSCAR or CONTCAR, extended XYZ with a cell, pymatgen or ASE JSON"
"""What is read, in words for people; a new format is named here too."""
