"""The Costs page."""

from ui.pages.costs.page import build_costs

__all__ = ["build_costs"]
