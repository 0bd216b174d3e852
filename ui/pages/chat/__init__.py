"""The Chat page."""

from ui.pages.chat.page import build_chat

__all__ = ["build_chat"]
