"""Tests of domain/workflows."""
