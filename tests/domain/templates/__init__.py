"""Tests of the shipped templates."""
