"""What an execution did, out of its events: each node and item once, with all its attempts."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from domain.workflows.run_view import NodeView, fold_run_view

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def events(*said: dict[str, Any], run_id: str = "r1") -> list[dict[str, Any]]:
    """The events a second apart, with their envelope."""
    return [
        {
            "run_id": run_id,
            "path": ["workflow"],
            "at": (BEGAN + timedelta(seconds=second)).isoformat(),
            **each,
        }
        for second, each in enumerate(said)
    ]


def begun(call_id: str, node_id: str, item: str | None = None, **args: Any) -> dict[str, Any]:
    named = {"node_id": node_id, "item": item or node_id}
    return {
        "type": "tool_executing",
        "call_id": call_id,
        "tool": "log.write",
        "args": args,
        **named,
    }


def ended(call_id: str, status: str = "ok", **payload: Any) -> dict[str, Any]:
    return {"type": "tool_completed", "call_id": call_id, "status": status, **payload}


def folded(*batches: list[dict[str, Any]]) -> dict[str, NodeView]:
    return {node.item: node for node in fold_run_view(chain(*batches)).nodes}


def test_a_node_has_its_times_input_and_output() -> None:
    found = folded(events(begun("c", "say", text="hi"), ended("c", result={"id": 1})))
    node = found["say"]
    assert (node.status, node.does, node.input, node.output) == (
        "success",
        "log.write",
        {"text": "hi"},
        {"id": 1},
    )
    assert node.ended_at
    assert (node.ended_at - node.started_at).total_seconds() == 1
    assert len(node.attempts) == 1


def test_attempts_are_counted_and_the_last_one_says_how_it_stands() -> None:
    found = folded(
        events(
            begun("c1", "say"), ended("c1", "error", error="busy"), begun("c2", "say"), ended("c2")
        )
    )
    node = found["say"]
    assert [(each.status, each.error) for each in node.attempts] == [
        ("error", "busy"),
        ("success", None),
    ]
    assert (node.status, node.error) == ("success", None)


def test_items_of_a_loop_stand_for_themselves() -> None:
    found = folded(
        events(
            begun("a", "send", "loop_1[0]/send"),
            begun("b", "send", "loop_1[1]/send"),
            ended("b", "error", error="no such number"),
            ended("a", result=1),
        )
    )
    assert {item: node.status for item, node in found.items()} == {
        "loop_1[0]/send": "success",
        "loop_1[1]/send": "error",
    }
    assert {node.node_id for node in found.values()} == {"send"}


def test_a_large_output_is_a_reference() -> None:
    found = folded(events(begun("c", "say"), ended("c", result='{"be', artifact_id="a-1", size=9)))
    assert (found["say"].output, found["say"].artifact_id) == ('{"be', "a-1")


def test_an_agent_is_a_node_and_its_own_calls_are_none() -> None:
    agent = {"path": ["workflow", "writer"], "node_id": "write", "item": "write"}
    call = begun("inner", "x") | {"path": ["workflow", "writer"]}
    del call["node_id"], call["item"]
    found = folded(
        events(
            {"type": "agent_started", **agent, "input": "hello"},
            call,
            ended("inner"),
            {"type": "agent_completed", **agent, "status": "ok", "result": "a letter"},
        )
    )
    assert list(found) == ["write"]
    assert (found["write"].does, found["write"].input, found["write"].output) == (
        "agent",
        "hello",
        "a letter",
    )


def test_what_waits_says_what_for_until_a_later_run_goes_on() -> None:
    asked = {"kind": "approval", "node_id": "gate", "item": "gate", "title": "May we?"}
    first = events(
        begun("c", "gate"),
        ended("c", "interrupted"),
        {"type": "interrupt", "id": "i", "value": asked},
        {"type": "end", "status": "interrupted"},
    )
    waiting = folded(first)["gate"]
    assert (waiting.status, waiting.ended_at, waiting.asks) == ("waiting", None, asked)
    second = events(
        {"type": "agent_started"},
        begun("d", "gate"),
        ended("d", result={"branch": "approved"}),
        {"type": "end", "status": "success"},
        run_id="r2",
    )
    done = folded(first, second)["gate"]
    assert (done.status, done.asks, done.output) == ("success", None, {"branch": "approved"})


def test_nothing_goes_on_behind_the_end_of_its_run() -> None:
    found = folded(events(begun("c", "say"), {"type": "end", "status": "cancelled"}))
    assert (found["say"].status, found["say"].ended_at is None) == ("cancelled", False)


def test_a_run_that_tries_again_is_not_failed_any_more() -> None:
    failed = events(
        {"type": "agent_started"},
        begun("c", "say"),
        ended("c", "error", error="no"),
        {"type": "error", "error": "ProviderRefused", "message": "no"},
        {"type": "end", "status": "error"},
    )
    assert fold_run_view(failed).error == {"code": "ProviderRefused", "message": "no"}
    again = events({"type": "agent_started"}, begun("d", "say"), ended("d"), run_id="r2")
    view = fold_run_view([*failed, *again])
    assert (view.error, view.nodes[0].status) == (None, "success")
    assert [each.run_id for each in view.nodes[0].attempts] == ["r1", "r2"]
