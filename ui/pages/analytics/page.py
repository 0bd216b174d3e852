"""The Analytics page: how workflows do, over a period."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import gradio as gr
from gradio.components.plot import PlotData

from ui.analytics_client import Analytics, Figures
from ui.api_client import ApiError
from ui.callers import client_for, query_value
from ui.markup import live, notice, skeleton
from ui.pages import shell
from ui.pages.analytics import views
from ui.pages.shell import QUIET, Update

#: Title, note and drawing of each plot.
_PLOTS: Final[tuple[tuple[str, str, Callable[[Figures], PlotData | None]], ...]] = (
    ("Throughput", "Executions by when they began", views.throughput),
    ("Success rate", "Of those that ended", views.success),
    ("Duration", "From the start to the end, with waiting", views.times),
    ("Cost of models", "In US dollars, of what agents in workflows asked", views.costs),
    ("Failures by step", "The step that failed last, with its code", views.failures),
)


class AnalyticsPage:
    """The page's parts and what fills them; nothing is kept between calls."""

    def __init__(self, api_url: str, frame: shell.Frame) -> None:
        self._api_url = api_url
        self._frame = frame
        self._filters = live(name="gp-analytics-filters")
        self._figures = live(skeleton(6), name="gp-analytics-figures")
        self._columns: list[gr.Column] = []
        self._plots: list[gr.Plot] = []
        with gr.Row(elem_classes="gp-plots"):
            for name, note, _ in _PLOTS:
                self._plot(name, note)
        self._tables = live(name="gp-analytics-tables")

    def _plot(self, name: str, note: str) -> None:
        with gr.Column(elem_classes="gp-plot", visible=False, min_width=320) as column:
            gr.HTML(views.title(name, note), js_on_load=None, apply_default_css=False)
            plot = gr.Plot(show_label=False, label=name, container=False)
        self._columns.append(column)
        self._plots.append(plot)

    @property
    def outputs(self) -> list[Any]:
        """What `load` writes to."""
        frame = self._frame
        live_parts = [frame.foot, frame.head, self._filters, self._figures, self._tables]
        return [*live_parts, *self._columns, *self._plots]

    async def load(self, request: gr.Request) -> Update:
        """Everything the page shows."""
        client = client_for(self._api_url, request)
        period = query_value(request, "period")
        period = period if period in views.PERIODS else views.DEFAULT_PERIOD
        workflow_id = query_value(request, "workflow")
        since = datetime.now(UTC) - views.PERIODS[period][1]
        kept = Analytics(client)
        try:
            foot, figures, workflows = await asyncio.gather(
                shell.foot(client), kept.figures(since, workflow_id), kept.workflows()
            )
        except ApiError as error:
            return {self._figures: notice(str(error)), self._frame.foot: await shell.foot(client)}
        update: Update = {
            self._frame.foot: foot,
            self._frame.head: views.heading(shell.menu_button(), views.live_line(figures)),
            self._filters: views.filters(period, workflow_id, workflows),
        }
        if not figures.whole.executions:
            return update | {self._figures: views.empty(), self._tables: ""}
        return update | self._drawn(figures)

    def _drawn(self, figures: Figures) -> Update:
        update: Update = {
            self._figures: views.headline(figures),
            self._tables: views.tables(figures),
        }
        for (_, _, draw), column, plot in zip(_PLOTS, self._columns, self._plots, strict=True):
            drawn = draw(figures)
            update[column] = gr.Column(visible=drawn is not None)
            if drawn is not None:
                update[plot] = drawn
        return update


def build_analytics(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    with shell.page("Analytics", root, views.heading(shell.menu_button(), "…")) as frame:
        page = AnalyticsPage(api_url, frame)
    blocks.load(page.load, outputs=page.outputs, **QUIET)
