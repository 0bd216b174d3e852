"""The architecture's rules as checkers over syntax trees, each with tests that it can fail.

May import nothing of ours: a checker reads the sources, it does not run them.
"""
