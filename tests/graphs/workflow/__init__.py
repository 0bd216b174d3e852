"""Workflows compiled and run."""
