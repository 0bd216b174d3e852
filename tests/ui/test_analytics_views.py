"""The Analytics page's figures and plots: what is drawn is what was counted."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gradio.components.plot import PlotData

from ui.analytics_client import Figures
from ui.pages.analytics import views

EVIL = '<img src=x onerror="alert(1)">'
TOTALS: dict[str, Any] = {
    "executions": 7,
    "succeeded": 4,
    "failed": 1,
    "cancelled": 1,
    "waiting": 1,
    "under_way": 0,
    "success_rate": 0.8,
    "p50_s": 0.25,
    "p95_s": 200.0,
}
STEP = {"at": "2026-01-05T00:00:00Z", "executions": 7, "succeeded": 4, "failed": 1}
FIGURES = Figures.model_validate(
    {
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-01-31T00:00:00Z",
        "whole": TOTALS,
        "workflows": [{**TOTALS, "workflow_id": "w", "name": EVIL}],
        "step": "day",
        "series": [
            {**STEP, "p50_s": 0.25, "p95_s": 200.0},
            {"at": "2026-01-06T00:00:00Z", "executions": 0, "succeeded": 0, "failed": 0},
        ],
        "costs": [
            {
                "at": "2026-01-05T00:00:00Z",
                "cost_usd": "1.255",
                "unpriced_runs": 2,
                "input_tokens": 10,
                "output_tokens": 5,
            }
        ],
        "failures": [{"workflow_id": "w", "node_id": EVIL, "code": EVIL, "executions": 1}],
        "effects": [{"service": EVIL, "task": "send", "status": "in_doubt", "effects": 3}],
    }
)


def drawn(plot: PlotData | None) -> Any:
    assert plot
    return json.loads(plot.plot)


def test_columns_add_up_to_the_executions() -> None:
    data = drawn(views.throughput(FIGURES))["data"]
    assert [sum(trace["y"]) for trace in data] == [4, 1, 2]


def test_steps_without_an_end_have_no_rate_and_no_time() -> None:
    [rate] = drawn(views.success(FIGURES))["data"]
    assert (len(rate["x"]), rate["y"]) == (1, [80.0])
    half, most = drawn(views.times(FIGURES))["data"]
    assert (half["y"], most["y"]) == ([0.25], [200.0])


def test_costs_are_added_up_and_what_has_no_price_is_said() -> None:
    shown = views.headline(FIGURES)
    assert "$1.26" in shown or "$1.25" in shown
    assert "2 runs without a price" in shown
    assert Decimal(str(drawn(views.costs(FIGURES))["data"][0]["y"][0])) == Decimal("1.255")


def test_nothing_is_drawn_of_nothing() -> None:
    none = FIGURES.model_copy(update={"series": [], "costs": [], "failures": []})
    drawings = (views.throughput, views.success, views.times, views.costs, views.failures)
    assert [draw(none) for draw in drawings] == [None] * 5


def test_names_never_become_markup() -> None:
    labels = drawn(views.failures(FIGURES))["data"][0]["y"]
    shown = "".join([views.tables(FIGURES), views.filters("30d", EVIL, []), *labels])
    assert "<img" not in shown


def test_what_never_ended_took_no_time_yet() -> None:
    whole = FIGURES.whole.model_copy(update={"p50_s": None})
    shown = views.headline(FIGURES.model_copy(update={"whole": whole}))
    assert "none yet" in shown
    assert "3 min 20 s" in shown


def test_an_address_names_what_is_shown() -> None:
    assert 'href="analytics?period=7d&amp;workflow=w"' in views.filters("30d", "w", [])
    assert FIGURES.since == datetime(2026, 1, 1, tzinfo=UTC)
