"""Bundled sample data, as its publishers released it, each with its licence and citation."""
