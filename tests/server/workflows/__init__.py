"""Workflows over real services."""
