"""The Runs page."""

from ui.pages.runs.page import build_runs

__all__ = ["build_runs"]
