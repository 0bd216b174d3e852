"""Workflows that come with the service, one JSON file each, to begin from.

Imports nothing of ours but `domain`.
"""
