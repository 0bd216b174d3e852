"""The ways to spend less, one module a measure; each turns call states into cheaper ones.

May import nothing of ours but `domain`.
"""
