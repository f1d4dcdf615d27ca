"""One module for each format that is read, and the raw record they all hand over.

A parser turns a text into a ``RawCrystal`` and does not judge it; ``recognise`` tells the
formats apart by content.
"""
