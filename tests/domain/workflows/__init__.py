"""Tests of what workflows mean."""
