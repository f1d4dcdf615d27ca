"""This project beside other graph networks: ``python -m benchmarks.peers --help``."""
