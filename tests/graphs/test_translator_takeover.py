"""A run that another process takes over goes on as one log: nothing twice, nothing left open."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
    """The same agent in two steps."""
    builder = StateGraph(Talk)
    worker = {"agent": "worker", "title": "Worker"}
    builder.add_node("first", sample_graphs.talking_agent(), metadata=worker)
    builder.add_node("second", sample_graphs.talking_agent(), metadata=worker)
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
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


def story(events: Events) -> Counter[tuple[str, str, str]]:
    """Which agents began and ended how, and what was said, in any order."""
    told = Counter(
        (event["type"], event["path"][-1].split("#")[0], event.get("status", ""))
        for event in events
        if event["type"] in ("agent_started", "agent_completed", "end")
    )
    for (message_id, channel), text in heard(events).items():
        # A silent agent's summary names only the steps that its last attempt has seen.
        if not message_id.endswith(":done"):
            told["said", channel, text] += 1
    return told


@pytest.mark.parametrize("name", ["nested", "deep", "fan_out", "twice", "asking"])
async def test_a_run_that_dies_anywhere_tells_the_story_of_one_that_does_not(
    recordings: dict[str, Recording], name: str
) -> None:
    recording = recordings[name]
    whole = story(Attempt().read(recording.parts).finish(recording.end))
    for cut in range(len(recording.steps) + 1):
        log = await taken_over(recording, cut)
        assert (cut, violations(log)) == (cut, [])
        assert (cut, story(log)) == (cut, whole)


async def test_a_run_that_dies_while_it_fails_may_fail_again(
    recordings: dict[str, Recording],
) -> None:
    for cut in range(len(recordings["failing"].steps) + 1):
        log = await taken_over(recordings["failing"], cut)
        assert (cut, violations(log)) == (cut, [])
        assert {event["status"] for event in of_type(log, "agent_completed")} == {"error"}


@settings(deadline=None, max_examples=25)
@given(
    name=st.sampled_from(["nested", "deep", "fan_out", "twice", "failing", "asking"]),
    crashes=st.lists(st.floats(0, 1), min_size=2, max_size=3),
    stopped=st.sampled_from(STOPPED),
)
async def test_a_run_that_dies_again_and_again_is_closed_whoever_ends_it(
    recordings: dict[str, Recording], name: str, crashes: list[float], stopped: EndStatus
) -> None:
    recording, log = recordings[name], list[dict[str, Any]]()
    for number, crash in enumerate(crashes, start=1):
        cut = round(crash * len(recording.steps))
        log = Attempt(number, log).read(parts_of(recording.steps[:cut])).events
        given_up = Attempt(number + 1, log).finish(stopped, reason="Enough.")
        assert violations(given_up) == []
        recording = await recording.again(cut)
    log = Attempt(len(crashes) + 1, log).read(recording.parts).finish(recording.end)
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
        # The first that is heard of its end.
        and (step.part["type"], step.part["ns"]) == ("updates", ())
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


async def test_what_was_being_said_is_said_on_in_its_place(
    recordings: dict[str, Recording],
) -> None:
    nested = recordings["nested"]
    whole = heard(Attempt().read(nested.parts).events)
    for cut in range(len(nested.steps) + 1):
        before = heard(Attempt().read(parts_of(nested.steps[:cut])).events)
        after = heard(await taken_over(nested, cut))
        assert {key: after[key] for key in before} == {key: whole[key] for key in before}
