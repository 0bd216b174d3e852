"""The Account page."""

from ui.pages.account.page import build_account

__all__ = ["build_account"]
