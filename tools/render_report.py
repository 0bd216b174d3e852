"""Tool: the cost report, rendered by code and kept.

The result carries `report_id`, which is how a client finds the report (`GET /reports/{id}`), its
headline figures and summary sentences, and the whole report as Markdown.
"""

import asyncio
from uuid import UUID, uuid5

from langchain_core.tools import tool

from domain.costs.facts import UsageFacts
from domain.costs.json_data import as_json
from domain.costs.prices import PriceBook
from domain.costs.rendering_markdown import render_markdown
from domain.costs.reports import DEFAULT_TITLE, Report, build_report
from tools.context import context_of
from tools.usage_access import NO_USAGE, Runtime, ToolData, load_facts, think


@tool
async def render_report(runtime: Runtime, title: str = DEFAULT_TITLE) -> ToolData:
    """Render the whole cost report from the usage, keep it, and return its id and key figures."""
    facts = await load_facts(runtime)
    if facts.coverage.is_empty:
        return NO_USAGE
    context = context_of(runtime)
    # Every analysis runs once more: too much for the event loop.
    report = await asyncio.to_thread(_build, facts, title.strip() or DEFAULT_TITLE)
    thread_id = _thread_id(runtime)
    report_id = await context.reach().reports.save(
        context.user, report, thread_id, _report_id(thread_id, runtime.tool_call_id)
    )
    think(runtime, f"The report “{report.title}” is rendered and kept.")
    return {
        "status": "ok",
        "report_id": str(report_id),
        "title": report.title,
        "headline": as_json(report.headline),
        "summary": list(report.summary),
        "next_actions": list(report.next_actions),
        "markdown": render_markdown(report),
    }


def _build(facts: UsageFacts, title: str) -> Report:
    return build_report(facts, PriceBook(), title)


def _report_id(thread_id: UUID | None, call_id: str | None) -> UUID | None:
    """The same id when the call executes again after a crash, so that one report is kept."""
    return uuid5(thread_id, call_id) if thread_id and call_id else None


def _thread_id(runtime: Runtime) -> UUID | None:
    """The thread of the run; other engines name threads by other than UUIDs."""
    try:
        return UUID(str(runtime.config.get("configurable", {})["thread_id"]))
    except (KeyError, ValueError):
        return None
