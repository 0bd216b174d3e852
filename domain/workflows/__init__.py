"""What running a workflow means, apart from how it is run: starts, effects, and what nodes ask for.

Imports nothing of ours but `domain`.
"""
