"""LangGraph's SDK protocol over the log."""
