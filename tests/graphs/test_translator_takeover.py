"""A run that another process takes over goes on as one log: nothing twice, nothing left open."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, StateGraph

from domain.events import EndStatus
from domain.grammar import violations
from tests.graphs import sample_graphs
from tests.graphs.recordings import (
    COUNT,
    QUESTION,
    Attempt,
    Recording,
    Saved,
    Step,
    Streamed,
    deep,
    heard,
    parts_of,
    record,
)
from tests.graphs.sample_graphs import Graph, Talk

Events = list[dict[str, Any]]

STOPPED: tuple[EndStatus, ...] = ("cancelled", "timeout", "error")


def twice() -> Graph:
    """The same agent in two steps, and one that is a mere function beside the second."""

    def speak(state: Talk) -> dict[str, list[AnyMessage]]:
        return {"messages": [AIMessage("I am a function", id="function")]}

    builder = StateGraph(Talk)
    worker = {"agent": "worker", "title": "Worker"}
    builder.add_node("first", sample_graphs.talking_agent(), metadata=worker)
    builder.add_node("second", sample_graphs.talking_agent(), metadata=worker)
    builder.add_node("beside", speak, metadata={"agent": "speaker", "title": "Speaker"})
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
    builder.add_edge("first", "beside")
    builder.add_edge("second", END)
    return builder.compile(name="twice")


@pytest.fixture(scope="module")
async def recordings() -> dict[str, Recording]:
    return {
        "nested": await record(sample_graphs.nested(), QUESTION),
        "deep": await record(deep(), QUESTION),
        "fan_out": await record(sample_graphs.fan_out(), QUESTION),
        "twice": await record(twice(), QUESTION),
        "failing": await record(sample_graphs.failing(), COUNT),
        "asking": await record(sample_graphs.asking(), COUNT),
    }


def of_type(events: Events, kind: str) -> Events:
    return [event for event in events if event["type"] == kind]


async def taken_over(recording: Recording, cut: int) -> Events:
    """The whole log of a run whose first attempt died after `cut` steps."""
    died = Attempt().read(parts_of(recording.steps[:cut]))
    again = await recording.again(cut)
    return Attempt(2, died.events).read(again.parts).finish(again.end)


def story(events: Events) -> Counter[tuple[str, ...]]:
    """Which agents began and ended how, what calls came of it, and what was said, in any order."""
    told = Counter(
        (event["type"], event["path"][-1].split("#")[0], event.get("status", ""))
        for event in events
        if event["type"] in ("agent_started", "agent_completed", "end")
    )
    # A silent agent's summary names only the steps that its last attempt has seen.
    told.update(
        ("said", text)
        for (message_id, _), text in heard(events).items()
        if not message_id.endswith(":done")
    )
    return told


async def test_a_run_that_dies_anywhere_tells_the_story_of_one_that_does_not(
    recordings: dict[str, Recording],
) -> None:
    for name, recording in recordings.items():
        whole = Attempt().read(recording.parts).finish(recording.end)
        for cut in range(len(recording.steps) + 1):
            log = await taken_over(recording, cut)
            assert (name, cut, violations(log)) == (name, cut, [])
            assert (name, cut, story(log)) == (name, cut, story(whole))


@settings(deadline=None, max_examples=40)
@given(data=st.data())
async def test_a_run_that_dies_again_and_again_and_is_stopped_is_closed(
    recordings: dict[str, Recording], data: st.DataObject
) -> None:
    recording = recordings[data.draw(st.sampled_from(sorted(recordings)))]
    log: Events = []
    for number in range(1, data.draw(st.integers(2, 4)) + 1):
        cut = data.draw(st.integers(0, len(recording.steps)))
        attempt = Attempt(number, log).read(parts_of(recording.steps[:cut]))
        log = attempt.events
        ending = Attempt(number + 1, list(log))
        stopped = ending.finish(data.draw(st.sampled_from(STOPPED)), reason="Enough.")
        assert violations(stopped) == []
        recording = await recording.again(cut)
    log = Attempt(9, log).read(recording.parts).finish(recording.end)
    assert violations(log) == []


def place(steps: list[Step], event: str, tool: str) -> int:
    """The number of steps up to and including this part of a call."""
    calls: dict[str, str] = {}
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Streamed) and step.part["type"] == "tools":
            data = step.part["data"]
            calls.setdefault(data["tool_call_id"], data.get("tool_name", ""))
            if data["event"] == event and calls[data["tool_call_id"]] == tool:
                return number
    raise AssertionError(f"there is no {event} of {tool}")


async def test_a_call_that_was_executing_is_adopted(recordings: dict[str, Recording]) -> None:
    nested = recordings["nested"]
    log = await taken_over(nested, place(list(nested.steps), "tool-started", "add"))
    calls = [event for event in log if event.get("tool") == "add"]
    assert [(event["type"], event["attempt"]) for event in calls] == [
        ("tool_executing", 1),
        ("tool_completed", 2),
    ]
    assert (calls[1]["call_id"], calls[1]["status"], calls[1]["result"]) == ("call-add", "ok", 3)


async def test_a_completed_call_whose_step_was_lost_is_a_new_call(
    recordings: dict[str, Recording],
) -> None:
    nested = recordings["nested"]
    log = await taken_over(nested, place(list(nested.steps), "tool-finished", "add"))
    calls = [event for event in log if event.get("tool") == "add"]
    assert [event["attempt"] for event in calls] == [1, 1, 2, 2]
    first, _, second, last = (event["call_id"] for event in calls)
    assert first == "call-add"
    assert second == last != first


async def test_an_agent_whose_work_was_saved_completes_ok_and_does_not_start_again(
    recordings: dict[str, Recording],
) -> None:
    nested = recordings["nested"]
    steps = nested.steps
    ended = next(
        number
        for number, step in enumerate(steps)
        if isinstance(step, Streamed)
        and (step.part["type"], step.part["ns"]) == ("tasks", ())
        and "triggers" not in step.part["data"]
    )
    assert isinstance(steps[ended - 1], Saved)
    log = await taken_over(nested, ended)
    own = [event for event in log if event["path"] == ["root", "worker"]]
    assert len(of_type(own, "agent_started")) == 1
    [completed] = of_type(own, "agent_completed")
    assert (completed["status"], completed["attempt"]) == ("ok", 2)
    # Before the root goes on, not when the run ends.
    assert log.index(completed) < log.index(of_type(log, "agent_completed")[-1])


async def test_the_log_says_from_where_the_run_goes_on(recordings: dict[str, Recording]) -> None:
    log = await taken_over(recordings["nested"], 20)
    [resumed] = of_type(log, "resumed")
    assert (resumed["attempt"], resumed["from_checkpoint"]) == (2, "checkpoint")
    assert len([event for event in of_type(log, "agent_started") if len(event["path"]) == 1]) == 1


def test_a_first_attempt_does_not_say_that_it_was_taken_over() -> None:
    assert of_type(Attempt().events, "resumed") == []


def test_a_run_that_died_before_its_first_event_starts_properly() -> None:
    log = Attempt(2, []).finish("error")
    assert [event["type"] for event in log] == ["agent_started", "agent_completed", "end"]
    assert violations(log) == []


async def test_ids_of_what_a_task_says_are_the_same_when_it_runs_again(
    recordings: dict[str, Recording],
) -> None:
    nested = recordings["nested"]
    spoken = [
        number
        for number, step in enumerate(nested.steps, start=1)
        if isinstance(step, Streamed) and step.part["type"] in ("messages", "custom")
    ]
    whole = heard(Attempt().read(nested.parts).events)
    for cut in spoken:
        assert heard(await taken_over(nested, cut)).items() >= whole.items()
