"""Integrations, one file each: the only place that talks to the outside.

May import `domain`. A tool's arguments and results are JSON; what it needs of the house it gets
from the run's context.
"""
