"""Finished implementations of the algorithms that the textbook derives chapter by chapter."""

__version__ = "0.1.0"
