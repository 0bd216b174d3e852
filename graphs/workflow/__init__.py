"""Workflows: blueprints compiled to graphs. Imports domain, tools and nodes."""
