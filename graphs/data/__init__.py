"""The data agent: which usage there is, and what it says; asks for usage when there is none.

May import `domain`, `tools` and `nodes`.
"""
