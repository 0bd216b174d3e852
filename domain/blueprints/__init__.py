"""User workflows as data: what a blueprint is, and everything that can be wrong with one.

Imports nothing of ours but `domain`. Nothing here runs a workflow.
"""
