"""The Analytics page."""

from ui.pages.analytics.page import build_analytics

__all__ = ["build_analytics"]
