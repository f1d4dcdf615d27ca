"""One module for each format that is read, and the raw record they all hand over.

A reader turns a text into ``RawCrystal`` records and does not judge them; ``recognise``
tells the formats apart by content.
"""

FORMATS = (
    "CIF, POSCAR, extended XYZ, JSON of pymatgen, ASE, JARVIS and OPTIMADE, inputs of "
    "most codes"
)
"""What is read, in words for people; docs/formats.md has the whole list."""
