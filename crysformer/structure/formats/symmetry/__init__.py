"""Space groups of files: operations, settings, and the atoms they generate.

``operations`` parses and checks lists of operations, ``settings`` finds those of a name,
``expand`` generates the atoms of a cell, ``choose`` picks the setting that fits a file.
CIF, SHELX and PDB files share them.
"""
