"""Runs through LangGraph's official clients, over HTTP, against the whole service."""
