"""The report agent: renders the cost report, keeps it, and words a short summary.

May import `domain`, `tools` and `nodes`.
"""
