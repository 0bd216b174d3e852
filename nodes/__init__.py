"""Reusable steps of graphs, named by verbs: `(state, runtime) → update`.

May import `domain` and `tools`. A step knows nothing of the graph it stands in.
"""
