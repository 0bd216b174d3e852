"""The service as LangGraph's own clients meet it, over HTTP."""
