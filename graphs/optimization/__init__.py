"""The optimization agent: anomalies, savings and the month's cost.

May import `domain`, `tools` and `nodes`.
"""
