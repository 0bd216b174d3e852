"""A graph is run for a run: its events go to the sink, and its end comes back as an outcome."""

import asyncio
import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphDrained
from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.runtime import RunControl

from domain.errors import InvalidInput, StaleAttempt
from domain.grammar import violations
from domain.run_log import RunLog
from graphs.lifecycle import EVENT_BYTES, KEPT_CHARS, GraphCall, GraphRun, Outcome
from graphs.open_work import RunIdentity
from graphs.translator import Translator
from tests.graphs import sample_graphs
from tests.graphs.memory_sink import MemorySink
from tests.graphs.recordings import COUNT, QUESTION
from tests.graphs.sample_graphs import Count, Graph, Talk


def graph_run(
    graph: Graph, given: Any, sink: MemorySink, control: RunControl | None = None
) -> GraphRun:
    identity = RunIdentity("run-1", "thread-1", 1, "root", "Root")
    call = GraphCall(
        graph=graph.copy({"checkpointer": InMemorySaver()}),
        input=given,
        config={"configurable": {"thread_id": "thread-1"}},
        context=None,
        control=control or RunControl(),
        question=given,
    )
    translator = Translator(identity, RunLog(), lambda model, tokens: Decimal(0))
    return GraphRun(call, translator, sink, lambda: datetime.now(UTC))


async def run(graph: Graph, given: Any, sink: MemorySink | None = None) -> tuple[Outcome, Any]:
    """The outcome and the whole log."""
    sink = sink or MemorySink()
    outcome = await graph_run(graph, given, sink).stream()
    log = [*sink.events, *(event.body() for event in outcome.events)]
    assert violations(log) == []
    return outcome, log


def one_step(step: Any, state: type = Count) -> Graph:
    builder = StateGraph(state)
    builder.add_node("step", step)
    builder.add_edge(START, "step")
    builder.add_edge("step", END)
    return builder.compile(name="one_step")


async def test_a_run_that_works_ends_in_success_with_its_values() -> None:
    outcome, log = await run(sample_graphs.nested(), QUESTION)
    assert (outcome.end, outcome.error, outcome.interrupts) == ("success", None, {})
    assert outcome.values["messages"][-1].text == "It is three"
    assert not outcome.has_next_step
    assert log[0]["input"] == "What is one and two?"


async def test_the_end_is_not_in_the_sink_but_in_the_outcome() -> None:
    sink = MemorySink()
    outcome, _ = await run(sample_graphs.nested(), QUESTION, sink)
    assert "end" not in {event["type"] for event in sink.events}
    assert outcome.events[-1].type == "end"


async def test_a_question_is_part_of_the_outcome() -> None:
    outcome, log = await run(sample_graphs.asking(), COUNT)
    assert outcome.end == "interrupted"
    [[asked]] = outcome.interrupts.values()
    assert asked["value"] == {"question": "First number?"}
    assert asked["response_schema"] == {"type": "integer"}
    assert [event["id"] for event in log if event["type"] == "interrupt"] == [asked["id"]]


async def test_an_error_is_said_in_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        outcome, log = await run(sample_graphs.failing(), COUNT)
    assert outcome.end == "error"
    assert outcome.error == ("The run stopped at an error: RuntimeError: the machine is on fire")
    [said] = [event for event in log if event["type"] == "error"]
    assert (said["error"], said["message"]) == ("RuntimeError", outcome.error)
    assert outcome.values == COUNT


async def test_an_error_of_ours_is_said_as_it_is_and_an_empty_one_by_its_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def ours(state: Count) -> Count:
        raise InvalidInput("Send a number.")

    def silent(state: Count) -> Count:
        raise KeyError

    with caplog.at_level(logging.CRITICAL):
        assert (await run(one_step(ours), COUNT))[0].error == "Send a number."
        assert (await run(one_step(silent), COUNT))[0].error == "The run failed: KeyError"


async def test_only_the_first_line_of_an_error_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    def wordy(state: Count) -> Count:
        raise ValueError("First line\nTraceback: secret")

    with caplog.at_level(logging.CRITICAL):
        outcome, _ = await run(one_step(wordy), COUNT)
    assert outcome.error == "The run stopped at an error: ValueError: First line"


async def test_a_run_that_was_asked_to_drain_stops_between_two_steps() -> None:
    control, sink = RunControl(), MemorySink()

    def first(state: Count) -> Count:
        control.request_drain("the worker stops")
        return {"count": 1}

    def second(state: Count) -> Count:
        raise AssertionError("it should have stopped")

    builder = StateGraph(Count)
    builder.add_node("first", first)
    builder.add_node("second", second)
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
    with pytest.raises(GraphDrained):
        await graph_run(builder.compile(), COUNT, sink, control).stream()
    assert {event["type"] for event in sink.events} == {"agent_started"}


async def test_a_run_that_was_taken_over_stops_without_an_end() -> None:
    sink = MemorySink(taken_over_after=3)
    with pytest.raises(StaleAttempt):
        await graph_run(sample_graphs.nested(), QUESTION, sink).stream()
    assert len(sink.events) == 3


@pytest.mark.parametrize("end", ["cancelled", "timeout"])
async def test_a_run_stopped_from_outside_is_closed(end: Any) -> None:
    sink, gates = MemorySink(), sample_graphs.Gates()
    running = graph_run(sample_graphs.gated(gates), COUNT, sink)
    streaming = asyncio.create_task(running.stream())
    async with asyncio.timeout(20):
        await gates.reached["wait"].wait()
    streaming.cancel()
    await asyncio.wait([streaming])
    outcome = running.stopped(end, "It took too long.")
    log = [*sink.events, *(event.body() for event in outcome.events)]
    assert violations(log) == []
    assert (outcome.end, outcome.has_next_step) == (end, True)
    assert outcome.values == {"count": 1}
    told = [event["message"] for event in log if event["type"] == "error"]
    assert told == (["It took too long."] if end == "timeout" else [])


async def test_a_large_result_is_kept_beside_the_log() -> None:
    large = "0123456789" * EVENT_BYTES

    @tool
    def read() -> str:
        """Read a lot."""
        return large

    def ask(state: Talk) -> dict[str, Any]:
        call = {"name": "read", "args": {}, "id": "call-read"}
        return {"messages": [AIMessage("", tool_calls=[call])]}

    builder = StateGraph(Talk)
    builder.add_node("ask", ask)
    builder.add_node("tools", ToolNode([read]))
    builder.add_edge(START, "ask")
    builder.add_edge("ask", "tools")
    sink = MemorySink()
    _, log = await run(builder.compile(), QUESTION, sink)
    [done] = [event for event in log if event["type"] == "tool_completed"]
    [(name, content)] = sink.artifacts.items()
    assert orjson.loads(content) == large
    assert (done["artifact_id"], done["size"]) == (name, len(content))
    assert done["result"] == content[:KEPT_CHARS].decode()
    assert max(len(orjson.dumps(event)) for event in log) < EVENT_BYTES


async def test_a_small_result_stays_in_the_log() -> None:
    sink = MemorySink()
    await run(sample_graphs.nested(), QUESTION, sink)
    assert sink.artifacts == {}
