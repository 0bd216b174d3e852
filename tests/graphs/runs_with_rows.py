"""Runs of a graph whose log also has what clients asked for by stream modes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.runtime import RunControl

from domain.events import is_stream_part
from domain.grammar import violations
from domain.run_log import RunLog
from graphs.lifecycle import GraphCall, GraphRun, Outcome
from graphs.open_work import RunIdentity
from graphs.stream_rows import StreamChoice
from graphs.translator import Translator
from tests.graphs.memory_sink import MemorySink
from tests.graphs.sample_graphs import Graph
from tests.graphs.streamed import Frame, as_json


async def run(
    graph: Graph, given: Any, *modes: str, subgraphs: bool = False, **more: Any
) -> tuple[Outcome, list[dict[str, Any]]]:
    """The outcome and the whole log of a run with these modes."""
    thread_id = str(uuid4())
    identity = RunIdentity(str(uuid4()), thread_id, 1, "root", "Root")
    call = GraphCall(
        graph=graph.copy({"checkpointer": InMemorySaver()}),
        input=given,
        config={"configurable": {"thread_id": thread_id}},
        context=None,
        control=RunControl(),
        stream=StreamChoice(frozenset(modes), subgraphs),
        **more,
    )
    sink = MemorySink()
    translator = Translator(identity, RunLog(), lambda model, tokens: Decimal(0))
    outcome = await GraphRun(call, translator, sink, lambda: datetime.now(UTC)).stream()
    log = [*sink.events, *(event.body() for event in outcome.events)]
    events = [row for row in log if not is_stream_part(row["type"])]
    assert violations(events) == []
    assert log[0]["type"] == "agent_started"
    return outcome, log


def frames_of(log: list[dict[str, Any]]) -> list[Frame]:
    return as_json([(row["type"], row["data"]) for row in log if is_stream_part(row["type"])])


async def streamed(graph: Graph, given: Any, *modes: str, subgraphs: bool = False) -> list[Frame]:
    return frames_of((await run(graph, given, *modes, subgraphs=subgraphs))[1])
