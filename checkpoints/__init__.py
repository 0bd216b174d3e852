"""What LangGraph saves: the saver of a run and how its state becomes JSON.

May import `domain` and `storage`.
"""
