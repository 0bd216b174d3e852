"""Figures for Plotly as plain JSON (https://plotly.com/chart-studio-help/json-chart-schema/).

The page's styles give text and grid their colours, so that a plot follows light and dark.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gradio.components.plot import PlotData

#: Legible on white and on black alike; states keep the colours that they have everywhere.
COLOURS: Final[Mapping[str, str]] = {
    "done": "#22a35a",
    "failed": "#e5484d",
    "other": "#8b8b94",
    "first": "#6d68f0",
    "second": "#b39bf5",
}
_HEIGHT: Final = 240
_BAR_HEIGHT: Final = 40

Trace = dict[str, Any]
Values = Sequence[Any]


def columns(name: str, at: Values, values: Values, colour: str) -> Trace:
    """A series of columns over time."""
    return {"type": "bar", "name": name, "x": at, "y": values, "marker": {"color": COLOURS[colour]}}


def line(name: str, at: Values, values: Values, colour: str) -> Trace:
    """A series as a line over time; gaps stay gaps."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": at,
        "y": values,
        "line": {"color": COLOURS[colour], "width": 2},
        "marker": {"size": 5},
    }


def ranking(name: str, labels: Sequence[str], values: Values, colour: str) -> Trace:
    """Bars beside each other, the first at the top."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": labels,
        "x": values,
        "marker": {"color": COLOURS[colour]},
    }


def over_time(traces: Sequence[Trace], *, unit: str = "", prefix: str = "") -> PlotData:
    """Series over time, columns on top of each other."""
    y_axis = {"rangemode": "tozero", "tickprefix": prefix, "ticksuffix": unit, "gridcolor": "#888"}
    return _plot(traces, _HEIGHT, {"type": "date"}, y_axis)


def ranked(trace: Trace) -> PlotData:
    """A ranking as high as it has bars."""
    height = 60 + _BAR_HEIGHT * max(3, len(trace["y"]))
    x_axis = {"rangemode": "tozero", "gridcolor": "#888", "tickformat": ",d"}
    y_axis = {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False}
    return _plot([trace], height, x_axis, y_axis)


def _plot(
    traces: Sequence[Trace], height: int, x_axis: Mapping[str, Any], y_axis: Mapping[str, Any]
) -> PlotData:
    layout = {
        "height": height,
        "barmode": "stack",
        "bargap": 0.4,
        "hovermode": "closest",
        "showlegend": len(traces) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.05, "yanchor": "bottom"},
        "margin": {"l": 48, "r": 12, "t": 16, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "xaxis": {"showgrid": False, "zeroline": False, **x_axis},
        "yaxis": {"zeroline": False, **y_axis},
    }
    config = {"displayModeBar": False, "displaylogo": False}
    text = json.dumps({"data": traces, "layout": layout, "config": config})
    return PlotData(type="plotly", plot=text)
