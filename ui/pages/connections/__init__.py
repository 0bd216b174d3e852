"""The Connections page."""

from ui.pages.connections.page import build_connections

__all__ = ["build_connections"]
