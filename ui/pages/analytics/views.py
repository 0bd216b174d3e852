"""The Analytics page's HTML and plots: how workflows do."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from gradio.components.plot import PlotData

from domain.costs.report_texts import Figure
from ui import markup, plots
from ui.analytics_client import Failure, Figures, Totals, WorkflowName, WorkflowTotals
from ui.markup import counted, duration_words, escaped
from ui.report_html import figures_html

#: The periods to choose from, as the address names them.
PERIODS: Final = {
    "1d": ("24 hours", timedelta(days=1)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "90d": ("90 days", timedelta(days=90)),
}
DEFAULT_PERIOD: Final = "30d"
#: Bars of a ranking.
_MOST_BARS: Final = 8
_NONE: Final = "none yet"
_EFFECT_STATES: Final = {"done": "done", "failed": "failed", "in_doubt": "waiting"}
_EFFECT_WORDS: Final = {
    "done": "Done",
    "failed": "Failed",
    "in_doubt": "In doubt",
    "intended": "Under way",
}


def heading(menu: str, line: str) -> str:
    """The page's h1, and how much is counted."""
    return markup.heading("Analytics", line, menu)


def filters(period: str, workflow_id: str, workflows: Sequence[WorkflowName]) -> str:
    """Which period and which workflow; links, so that the address says what is shown."""
    links = "".join(
        f'<li><a href="{_address(name, workflow_id)}"'
        f"{' aria-current=page' if name == period else ''}>{label}</a></li>"
        for name, (label, _) in PERIODS.items()
    )
    options = "".join(
        f'<option value="{escaped(each.workflow_id)}"'
        f"{' selected' if each.workflow_id == workflow_id else ''}>{escaped(each.name)}</option>"
        for each in workflows
    )
    return (
        f'<nav aria-label="Period"><ul class="gp-tabs">{links}</ul></nav>'
        '<form class="gp-chooser" method="get" action="analytics">'
        f'<input type="hidden" name="period" value="{escaped(period)}">'
        '<label class="gp-unseen" for="gp-workflow">Workflow</label>'
        '<select id="gp-workflow" name="workflow" data-submits>'
        f'<option value="">All workflows</option>{options}</select></form>'
    )


def live_line(figures: Figures) -> str:
    """How much there is."""
    if not figures.whole.executions:
        return "No executions in this period"
    return counted(figures.whole.executions, "execution")


def empty() -> str:
    """What appears here, and the one thing to do."""
    return (
        '<div class="gp-empty"><h2>How your workflows do appears here</h2>'
        "<p>Success, times, costs and failures are counted from the first execution on.</p>"
        '<a class="gp-button gp-primary" href="workflows">Go to the workflows</a></div>'
    )


def headline(figures: Figures) -> str:
    """The figures above all."""
    whole = figures.whole
    judged = whole.succeeded + whole.failed
    under_way = f"{whole.under_way:,} under way, {whole.waiting:,} waiting"
    shown = [
        Figure("Executions", f"{whole.executions:,}", under_way),
        Figure("Success", share(whole), f"{whole.succeeded:,} of {judged:,} that ended"),
        Figure("Typical time", _time(whole.p50_s), "half of them are faster"),
        Figure("Slow ones", _time(whole.p95_s), "95 of 100 are faster"),
        Figure("Model cost", *_cost(figures)),
    ]
    return figures_html(shown)


def share(totals: Totals) -> str:
    """A success rate."""
    rate = totals.success_rate
    if rate is None:
        return _NONE
    return f"{rate:.1%}".replace("%", " %")


def throughput(figures: Figures) -> PlotData | None:
    """Executions by how they ended."""
    if not figures.series:
        return None
    at = [step.at.isoformat() for step in figures.series]
    series = figures.series
    other = [step.executions - step.succeeded - step.failed for step in series]
    traces = [
        plots.columns("Succeeded", at, [step.succeeded for step in series], "done"),
        plots.columns("Failed", at, [step.failed for step in series], "failed"),
    ]
    if any(other):
        traces.append(plots.columns("Cancelled, waiting or under way", at, other, "other"))
    return plots.over_time(traces)


def success(figures: Figures) -> PlotData | None:
    """The share that succeeded, in percent."""
    steps = [step for step in figures.series if step.succeeded + step.failed]
    if not steps:
        return None
    at = [step.at.isoformat() for step in steps]
    rates = [100 * step.succeeded / (step.succeeded + step.failed) for step in steps]
    return plots.over_time([plots.line("Success", at, rates, "done")], unit=" %")


def times(figures: Figures) -> PlotData | None:
    """How long executions took, in seconds."""
    steps = [step for step in figures.series if step.p50_s is not None]
    if not steps:
        return None
    at = [step.at.isoformat() for step in steps]
    half = plots.line("Half are faster", at, [step.p50_s for step in steps], "first")
    most = plots.line("95 of 100 are faster", at, [step.p95_s for step in steps], "second")
    return plots.over_time([half, most], unit=" s")


def costs(figures: Figures) -> PlotData | None:
    """What the models cost, in US dollars."""
    priced = [cost for cost in figures.costs if cost.cost_usd is not None]
    if not priced:
        return None
    at = [cost.at.isoformat() for cost in priced]
    values = [float(cost.cost_usd or 0) for cost in priced]
    return plots.over_time([plots.columns("Cost", at, values, "first")], prefix="$")


def failures(figures: Figures) -> PlotData | None:
    """Where executions failed, the commonest first."""
    found = figures.failures[:_MOST_BARS]
    if not found:
        return None
    names = {each.workflow_id: each.name for each in figures.workflows}
    labels = [_place(each, names) for each in found]
    return plots.ranked(
        plots.ranking("Failed", labels, [each.executions for each in found], "failed")
    )


def title(text: str, note: str = "") -> str:
    """What stands above a plot."""
    return f'<h2 class="gp-title">{escaped(text)}</h2><p class="gp-quiet">{escaped(note)}</p>'


def tables(figures: Figures) -> str:
    """The same to read: by workflow, by failure, and what was done outside."""
    return (
        f'<div class="gp-columns">{_workflows(figures.workflows)}{_failures(figures)}'
        f"{_effects(figures)}</div>"
    )


def _workflows(found: Sequence[WorkflowTotals]) -> str:
    rows = "".join(
        f'<tr><td><a href="workflows?id={escaped(each.workflow_id)}">{escaped(each.name)}</a></td>'
        f'<td class="gp-number">{each.executions:,}</td><td class="gp-number">{share(each)}</td>'
        f'<td class="gp-number">{_time(each.p50_s)}</td>'
        f'<td class="gp-number">{_time(each.p95_s)}</td></tr>'
        for each in found
    )
    head = _head("Workflow", "Executions", "Success", "Typical", "Slow")
    return _section("The busiest", head, rows)


def _failures(figures: Figures) -> str:
    names = {each.workflow_id: each.name for each in figures.workflows}
    rows = "".join(
        f"<tr><td>{escaped(names.get(each.workflow_id, 'A workflow'))}</td>"
        f"<td>{escaped(each.node_id or 'no step')}</td><td><code>{escaped(each.code)}</code></td>"
        f'<td class="gp-number"><a href="runs?{_failed_runs(each)}">{each.executions:,}</a>'
        "</td></tr>"
        for each in figures.failures
    )
    return _section("Failures", _head("Workflow", "Step", "Code", "Executions"), rows)


def _effects(figures: Figures) -> str:
    rows = "".join(
        f"<tr><td>{escaped(each.service)}.{escaped(each.task)}</td>"
        f'<td><span class="gp-state" data-state="{_EFFECT_STATES.get(each.status, "running")}">'
        f"{_EFFECT_WORDS.get(each.status, escaped(each.status))}</span></td>"
        f'<td class="gp-number">{each.effects:,}</td></tr>'
        for each in figures.effects
    )
    return _section("What was done outside", _head("Call", "How it stands", "Calls"), rows)


def _section(name: str, head: str, rows: str) -> str:
    if not rows:
        return ""
    return (
        f'<section class="gp-section gp-list"><h2 class="gp-title">{name}</h2>'
        f'<div class="gp-scroll" tabindex="0" role="region" aria-label="{name}">'
        f'<table class="gp-table">{head}'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _head(first: str, *others: str) -> str:
    numeric = {"Executions", "Success", "Typical", "Slow", "Calls"}
    cells = "".join(
        f'<th scope="col"{" class=gp-number" if name in numeric else ""}>{name}</th>'
        for name in (first, *others)
    )
    return f"<thead><tr>{cells}</tr></thead>"


def _time(seconds: float | None) -> str:
    return duration_words(seconds) or _NONE


def _place(failure: Failure, names: dict[str, str]) -> str:
    where = failure.node_id or "no step"
    # Plotly takes some markup in its labels.
    first, second = f"{where}: {failure.code}", names.get(failure.workflow_id, "A workflow")
    return f"{escaped(first)}<br>{escaped(second)}"


def _failed_runs(failure: Failure) -> str:
    return escaped(urlencode({"workflow": failure.workflow_id, "status": "failed"}))


def _cost(figures: Figures) -> tuple[str, str]:
    priced = [cost.cost_usd for cost in figures.costs if cost.cost_usd is not None]
    unpriced = sum(cost.unpriced_runs for cost in figures.costs)
    if not priced and not unpriced:
        return _NONE, "no model was asked"
    told = f"{counted(unpriced, 'run')} without a price" if unpriced else "of all models asked"
    return (f"${sum(priced, Decimal(0)):,.2f}" if priced else _NONE), told


def _address(period: str, workflow_id: str) -> str:
    query = {"period": period} | ({"workflow": workflow_id} if workflow_id else {})
    return escaped(f"analytics?{urlencode(query)}")
