"""Tests of domain/costs."""
