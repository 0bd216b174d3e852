"""Tests of `graphs/`."""
