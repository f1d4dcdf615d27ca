"""JSON documents: crystals of pymatgen, ASE, JARVIS, OPTIMADE, spglib and others."""
