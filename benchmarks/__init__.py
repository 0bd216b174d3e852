"""Measurements, each a module that prints one JSON line; may import everything of ours."""
