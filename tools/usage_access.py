"""How tools get at the usage of the user they work for."""

from typing import Any, cast

from langgraph.prebuilt import ToolRuntime

from domain.costs.facts import UsageFacts
from domain.costs.json_data import as_json
from tools.context import AgentContext, context_of

#: What a tool returns: JSON data with a `status`.
ToolData = dict[str, Any]

#: Says that there is nothing to work on; the agent's graph then asks the user for usage.
NO_USAGE: ToolData = {
    "status": "no_usage",
    "message": "No AI usage has been imported yet, so there is nothing to analyse.",
}

Runtime = ToolRuntime[AgentContext, Any]


async def load_facts(runtime: Runtime) -> UsageFacts:
    """The usage of the run's user, aggregated; the same for all tools of a run."""
    return await context_of(runtime).facts()


def think(runtime: Runtime, thought: str) -> None:
    """Say what was found, as one sentence of the agent's reasoning."""
    runtime.stream_writer({"thought": thought})


def data_of(value: object) -> ToolData:
    """An analysis result as JSON data."""
    return {"status": "ok", **cast(ToolData, as_json(value))}
