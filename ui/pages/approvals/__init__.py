"""The Approvals page."""

from ui.pages.approvals.page import build_approvals

__all__ = ["build_approvals"]
