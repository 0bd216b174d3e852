"""Stream parts of real graphs become the events that the contract promises."""

from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langgraph.types import Command

from domain.events import EndStatus
from domain.grammar import violations
from tests.graphs import sample_graphs
from tests.graphs.recordings import (
    COUNT,
    QUESTION,
    Attempt,
    Recording,
    Saved,
    deep,
    heard,
    record,
)

Events = list[dict[str, Any]]

ENDS: tuple[EndStatus, ...] = get_args(EndStatus)


@pytest.fixture(scope="module")
async def recordings() -> dict[str, Recording]:
    """One whole run of each sample graph."""
    return {
        "nested": await record(sample_graphs.nested(), QUESTION),
        "deep": await record(deep(), QUESTION),
        "fan_out": await record(sample_graphs.fan_out(), QUESTION),
        "failing": await record(sample_graphs.failing(), COUNT),
        "asking": await record(sample_graphs.asking(), COUNT),
    }


@pytest.fixture(scope="module")
def logs(recordings: dict[str, Recording]) -> dict[str, Events]:
    return {
        name: Attempt().read(recording.parts).finish(recording.end)
        for name, recording in recordings.items()
    }


def of_type(events: Events, kind: str) -> Events:
    return [event for event in events if event["type"] == kind]


def message_part(message: Any, task_id: str = "t1", node: str = "n") -> dict[str, Any]:
    """A part of the mode `messages`, said by a node of the root."""
    metadata = {"langgraph_node": node, "langgraph_checkpoint_ns": f"{node}:{task_id}"}
    return {"type": "messages", "ns": (), "data": (message, metadata)}


def task_part(task_id: str, node: str = "n", **metadata: Any) -> dict[str, Any]:
    """A part that announces a task of the root."""
    data = {"id": task_id, "name": node, "input": None, "triggers": (), "metadata": metadata}
    return {"type": "tasks", "ns": (), "data": data}


def custom_part(data: Any) -> dict[str, Any]:
    return {"type": "custom", "ns": (), "data": data}


def test_every_sample_gives_a_log_in_order(logs: dict[str, Events]) -> None:
    assert {name: violations(log) for name, log in logs.items()} == {name: [] for name in logs}


def test_agents_are_shown_by_what_their_nodes_declare(logs: dict[str, Events]) -> None:
    root, worker = of_type(logs["nested"], "agent_started")
    assert (root["path"], root["title"]) == (["root"], "Root")
    assert root["input"] == "What is one and two?"
    assert (worker["path"], worker["agent"]) == (["root", "worker"], "worker")
    assert (worker["title"], worker["input"]) == ("Worker", "What is one and two?")


def test_an_agent_completes_with_its_answer(logs: dict[str, Events]) -> None:
    worker, root = of_type(logs["nested"], "agent_completed")
    assert (worker["path"], worker["status"]) == (["root", "worker"], "ok")
    assert worker["result"] == "It is three"
    assert worker["duration_ms"] > 0
    assert (root["path"], root["status"]) == (["root"], "ok")


def test_calls_are_shown_with_arguments_and_results(logs: dict[str, Events]) -> None:
    asked = {event["tool"]: event for event in of_type(logs["nested"], "tool_executing")}
    add, fail = asked["add"], asked["fail"]
    assert (add["call_id"], add["tool"], add["args"]) == ("call-add", "add", {"a": 1, "b": 2})
    assert fail["args"] == {"api_key": "••••••"}
    done = {event["tool"]: event for event in of_type(logs["nested"], "tool_completed")}
    added, failed = done["add"], done["fail"]
    assert (added["status"], added["result"]) == ("ok", 3)
    assert (failed["status"], failed["error"]) == ("error", "this tool always fails")


def test_a_streamed_message_is_put_together_by_its_offsets(logs: dict[str, Events]) -> None:
    fragments = [event for event in logs["nested"] if event.get("channel") == "answer"]
    assert [event["text"] for event in fragments] == ["It", " ", "is", " ", "three"]
    assert [event["offset"] for event in fragments] == [0, 2, 3, 5, 6]
    [message_id] = {event["message_id"] for event in fragments}
    assert heard(logs["nested"])[message_id, "answer"] == "It is three"


def test_agents_within_agents_are_properly_nested(logs: dict[str, Events]) -> None:
    shape = [
        (event["type"], "/".join(event["path"]))
        for event in logs["deep"]
        if event["type"] in ("agent_started", "agent_completed")
    ]
    paths = ["root", "root/team", "root/team/worker"]
    assert shape == [("agent_started", path) for path in paths] + [
        ("agent_completed", path) for path in reversed(paths)
    ]


def test_the_same_agent_side_by_side_has_a_path_each(logs: dict[str, Events]) -> None:
    paths = {tuple(event["path"]) for event in of_type(logs["fan_out"], "agent_started")}
    workers = [("root", "worker"), ("root", "worker#2"), ("root", "worker#3")]
    assert paths == {("root",), *workers}
    for path in workers:
        own = [event for event in logs["fan_out"] if tuple(event["path"]) == path]
        calls = [(event["tool"], event["status"]) for event in of_type(own, "tool_completed")]
        assert sorted(calls) == [("add", "ok"), ("fail", "error")]
        assert "It is three" in heard(own).values()


def test_an_error_closes_the_agents_that_it_passes(logs: dict[str, Events]) -> None:
    completed = of_type(logs["failing"], "agent_completed")
    assert [event["status"] for event in completed] == ["error", "error"]


def test_agents_that_wait_for_an_answer_are_interrupted(logs: dict[str, Events]) -> None:
    completed = of_type(logs["asking"], "agent_completed")
    assert [event["status"] for event in completed] == ["interrupted", "interrupted"]


async def test_an_answered_question_goes_on_under_a_new_run(
    recordings: dict[str, Recording],
) -> None:
    asking = recordings["asking"]
    saved = [step for step in asking.steps if isinstance(step, Saved)][-1]
    for answer, end in ((1, "interrupted"), (2, "success")):
        going_on = await record(asking.graph, Command(resume=answer), saved, asking.thread_id)
        assert going_on.end == end
        assert violations(Attempt().read(going_on.parts).finish(going_on.end)) == []
        saved = [step for step in going_on.steps if isinstance(step, Saved)][-1]


def test_a_question_comes_before_the_agents_close(recordings: dict[str, Recording]) -> None:
    [asked] = [
        interrupt
        for part in recordings["asking"].parts
        if part["type"] == "tasks" and part["ns"] == ()
        for interrupt in part["data"].get("interrupts", ())
    ]
    attempt = Attempt().read(recordings["asking"].parts)
    log = attempt.finish("interrupted", before=[("interrupt", asked)])
    assert [event["type"] for event in log[-4:]] == [
        "interrupt",
        "agent_completed",
        "agent_completed",
        "end",
    ]
    assert log[-4]["path"] == ["root", "inner"]
    assert log[-4]["response_schema"] == {"type": "integer"}


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_run_stopped_anywhere_is_closed_by_any_ending(
    recordings: dict[str, Recording], data: st.DataObject
) -> None:
    parts = recordings[data.draw(st.sampled_from(sorted(recordings)))].parts
    cut = data.draw(st.integers(0, len(parts)))
    end = data.draw(st.sampled_from(ENDS))
    log = Attempt().read(parts[:cut]).finish(end, reason="Somebody stopped it.")
    assert violations(log) == []
    assert log[-1]["status"] == end


def test_a_call_that_did_not_finish_says_why(recordings: dict[str, Recording]) -> None:
    parts = recordings["nested"].parts
    cut = next(i for i, part in enumerate(parts) if part["type"] == "tools") + 1
    log = Attempt().read(parts[:cut]).finish("cancelled", reason="The run was cancelled.")
    [call] = of_type(log, "tool_completed")
    assert (call["status"], call["error"]) == ("error", "The run was cancelled.")
    assert {event["status"] for event in of_type(log, "agent_completed")} == {"cancelled"}


def test_a_silent_agent_says_what_it_did() -> None:
    log = Attempt().read([task_part("t1", "load"), task_part("t2", "store")]).finish("success")
    [said] = of_type(log, "agent_thinking")
    assert said["text"] == "Done: load, then store."


def test_a_message_that_is_taken_back_disappears() -> None:
    reasoning = AIMessageChunk(content="", id="a", additional_kwargs={"reasoning_content": "Hm"})
    parts = [
        message_part(chunk) for chunk in (reasoning, AIMessageChunk(content="Five milli", id="a"))
    ]
    parts += [custom_part({"retract": True}), message_part(AIMessage(content="Five.", id="b"))]
    log = Attempt().read(parts).finish("success")
    assert list(heard(log).values()) == ["Five."]
    assert violations(log) == []


def test_what_was_taken_back_is_not_taken_back_again() -> None:
    parts = [
        message_part(AIMessageChunk(content="No", id="a")),
        *[custom_part({"retract": True})] * 2,
    ]
    empty = [event for event in Attempt().read(parts).events if event.get("text") == ""]
    assert len(empty) == 1


def test_taking_back_before_anything_was_said_changes_nothing() -> None:
    assert of_type(Attempt().read([custom_part({"retract": True})]).events, "agent_thinking") == []


@pytest.mark.parametrize("data", [None, "text", 3, {"thought": 3}, {"progress": 0.5}])
def test_custom_data_of_other_kinds_is_not_shown(data: Any) -> None:
    assert Attempt().read([custom_part(data)]).events == Attempt().events


def test_questions_are_not_thinking() -> None:
    said = Attempt().read([message_part(HumanMessage(content="Hello", id="h"))]).events
    assert of_type(said, "agent_thinking") == []


def test_a_long_message_is_split_and_put_together_again() -> None:
    text = "0123456789" * 5_000
    log = Attempt().read([message_part(AIMessage(content=text, id="a"))]).events
    assert max(len(event["text"]) for event in of_type(log, "agent_thinking")) <= 16_000
    assert heard(log) == {("t1:0", "answer"): text}


def test_messages_of_one_task_are_numbered_in_order() -> None:
    chunks = [AIMessageChunk(content=text, id=text) for text in ("a", "b", "a")]
    log = Attempt().read([message_part(chunk) for chunk in chunks]).events
    assert heard(log) == {("t1:0", "answer"): "aa", ("t1:1", "answer"): "b"}


def test_thoughts_of_a_task_are_numbered_in_order() -> None:
    parts = [task_part("t1"), custom_part({"thought": "One."}), custom_part({"thought": "Two."})]
    said = of_type(Attempt().read(parts).events, "agent_thinking")
    assert [event["message_id"] for event in said] == ["t1:t1", "t1:t2"]
    assert {event["node"] for event in said} == {"n"}


def test_thoughts_of_different_supersteps_never_replace_each_other() -> None:
    parts: Events = []
    for tasks in (("a", "b"), ("c", "d")):
        parts += [task_part(task) for task in tasks]
        parts += [custom_part({"thought": f"{tasks}"})]
        parts += [{"type": "values", "ns": (), "data": {}, "interrupts": ()}]
    crashed = Attempt().read(parts[:4])
    log = Attempt(2, crashed.events).read(parts[4:]).events
    assert len(heard(log)) == 2


def test_usage_is_counted_with_its_cost_and_goes_up_to_the_root() -> None:
    tokens = UsageMetadata(input_tokens=10, output_tokens=2, total_tokens=12)
    spoken = AIMessage(
        "Hi", id="a", usage_metadata=tokens, response_metadata={"model_name": "gpt-4o"}
    )
    attempt = Attempt(price=lambda model, usage: Decimal(usage["input_tokens"]) / 100)
    log = attempt.read([task_part("t1", agent="data"), message_part(spoken)]).finish("success")
    data, root = of_type(log, "agent_completed")
    assert data["usage"] == root["usage"]
    assert root["usage"] == {
        "model": "gpt-4o",
        "input_tokens": 10,
        "output_tokens": 2,
        "cost_usd": "0.1",
    }


def test_an_unpriced_call_leaves_the_cost_unknown() -> None:
    tokens = UsageMetadata(input_tokens=10, output_tokens=2, total_tokens=12)
    attempt = Attempt(price=lambda model, usage: None)
    attempt.read([message_part(AIMessage(content="Hi", id="a", usage_metadata=tokens))])
    [root] = of_type(attempt.finish("success"), "agent_completed")
    assert root["usage"]["cost_usd"] is None
