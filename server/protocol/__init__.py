"""LangGraph's SDK protocol over our log: what is asked, frames, readers and results of runs.

May import `domain`, `storage`, `graphs` and `server.runs`.
"""
