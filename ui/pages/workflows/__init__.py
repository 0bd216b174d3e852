"""The Workflows page."""

from ui.pages.workflows.page import build_workflows

__all__ = ["build_workflows"]
