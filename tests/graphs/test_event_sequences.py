"""What people see of our graphs, event by event; a changed sequence is a reviewed change."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import orjson
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.runtime import RunControl
from langgraph.types import Command
from syrupy.assertion import SnapshotAssertion

from domain.grammar import violations
from domain.run_log import RunLog
from graphs.data.graph import graph as data
from graphs.lifecycle import GraphCall, GraphRun, Outcome
from graphs.open_work import RunIdentity
from graphs.optimization.graph import graph as optimization
from graphs.report.graph import graph as report
from graphs.stream_parts import json_default
from graphs.supervisor.graph import graph as supervisor
from graphs.tool_agent import AgentGraph
from graphs.translator import Translator
from tests.graphs.memory_sink import MemorySink
from tests.standins.ports import MemoryPorts
from tools.context import AgentContext

ANALYSE = "Analyze my AI costs"
THREAD = "00000000-0000-0000-0000-00000000000a"

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}")


class Conversation:
    """Runs of one graph on one thread, as the engine runs them."""

    def __init__(self, graph: AgentGraph, memory: MemoryPorts) -> None:
        self._graph = graph.copy({"checkpointer": InMemorySaver()})
        self._name = graph.name
        self._context = AgentContext(ports=memory.ports())
        self.outcome: Outcome | None = None

    async def ask(self, text: str) -> list[dict[str, Any]]:
        return await self.run({"messages": [{"role": "user", "content": text}]})

    async def run(self, given: Any) -> list[dict[str, Any]]:
        """The whole log of one run."""
        identity = RunIdentity("run", THREAD, 1, self._name, self._name.capitalize())
        call = GraphCall(
            graph=self._graph,
            input=given,
            config={"configurable": {"thread_id": THREAD}},
            context=self._context,
            control=RunControl(),
            question=given if isinstance(given, Mapping) else None,
        )
        sink = MemorySink()
        translator = Translator(identity, RunLog(), lambda model, tokens: Decimal(0))
        self.outcome = await GraphRun(call, translator, sink, lambda: datetime.now(UTC)).stream()
        log = [*sink.events, *(event.body() for event in self.outcome.events)]
        assert violations(log) == []
        return log


def shown(log: list[dict[str, Any]]) -> str:
    """A log, a line an event, without what differs from run to run.

    That is times, ids, how a streamed message was cut up, and the order among tools that were
    called side by side.
    """
    whole: list[dict[str, Any]] = []
    for event in orjson.loads(orjson.dumps(log, default=json_default)):
        for varying in ("at", "run_id", "thread_id", "attempt", "duration_ms"):
            event.pop(varying, None)
        last = whole[-1] if whole else {}
        same = all(last.get(key) == event.get(key) for key in ("type", "message_id", "channel"))
        if event.get("kind") == "delta" and event["offset"] and same:
            last["text"] += event["text"]
        else:
            whole.append(event)
    ordered: list[dict[str, Any]] = []
    for is_tools, group in groupby(whole, key=_is_of_tools):
        events = list(group)
        ordered += sorted(events, key=_tool_order) if is_tools else events
    names: dict[str, str] = {}
    lines: list[str] = []
    for event in ordered:
        if message_id := event.get("message_id"):
            event["message_id"] = names.setdefault(message_id, f"<message {len(names) + 1}>")
        text = orjson.dumps(event).decode()
        lines.append(_ID.sub(lambda it: names.setdefault(it[0], f"<id {len(names) + 1}>"), text))
    return "\n".join(lines)


def _is_of_tools(event: Mapping[str, Any]) -> bool:
    return event["type"].startswith("tool_") or event.get("node") == "tools"


def _tool_order(event: Mapping[str, Any]) -> tuple[str, ...]:
    types = ("tool_executing", "agent_thinking", "tool_completed")
    data = str(event.get("args") or event.get("result"))
    return str(types.index(event["type"])), event.get("tool", ""), event.get("text", ""), data


@pytest.mark.parametrize("question", [ANALYSE, "Hello!", "How much did each feature cost?"])
async def test_the_supervisor(
    memory: MemoryPorts, snapshot: SnapshotAssertion, question: str
) -> None:
    assert shown(await Conversation(supervisor, memory).ask(question)) == snapshot


async def test_the_supervisor_without_usage_asks_and_goes_on(
    empty_memory: MemoryPorts, snapshot: SnapshotAssertion
) -> None:
    conversation = Conversation(supervisor, empty_memory)
    assert shown(await conversation.ask(ANALYSE)) == snapshot(name="asks")
    assert conversation.outcome is not None
    [[asked]] = conversation.outcome.interrupts.values()
    refused = await conversation.run(Command(resume={asked["id"]: "yes, please"}))
    assert shown(refused) == snapshot(name="asks again")
    [[asked]] = conversation.outcome.interrupts.values()
    answered = await conversation.run(Command(resume={asked["id"]: {"use_sample": True}}))
    assert shown(answered) == snapshot(name="goes on")


@pytest.mark.parametrize("graph", [data, optimization, report], ids=lambda graph: graph.name)
async def test_each_specialist_alone(
    memory: MemoryPorts, snapshot: SnapshotAssertion, graph: AgentGraph
) -> None:
    assert shown(await Conversation(graph, memory).ask(ANALYSE)) == snapshot
