"""What LangGraph's clients send becomes one request, whatever they leave out."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from graphs.stream_rows import RESULT
from server.protocol.requests import RunBody


def body(**fields: Any) -> RunBody:
    return RunBody.model_validate({"assistant_id": "a", **fields})


def test_an_assistant_is_enough() -> None:
    request = body().request(None, body().modes())
    assert request.is_stateless
    assert request.stream_mode == ["values"]
    assert (request.durability, request.multitask_strategy) == ("sync", "enqueue")
    assert (request.if_not_exists, request.on_completion) == ("reject", "delete")
    assert request.command is None
    assert request.kwargs()["input"] is None


def test_a_thread_is_kept() -> None:
    thread_id = uuid4()
    request = body(if_not_exists="create").request(thread_id, ["values"])
    assert (request.thread_id, request.is_stateless) == (thread_id, False)


@pytest.mark.parametrize(
    ("given", "modes"),
    [
        ("updates", ["updates"]),
        (["updates", "updates", "agent_events"], ["updates", "agent_events"]),
        ([], ["values"]),
        (None, ["values"]),
    ],
)
def test_modes_are_one_or_a_list(given: Any, modes: list[str]) -> None:
    assert body(stream_mode=given).modes() == modes


def test_what_comes_of_a_run_is_kept_where_no_values_are() -> None:
    assert body().request(None, ["updates"]).stream_mode == ["updates", RESULT]
    assert body().request(None, []).stream_mode == [RESULT]
    assert body().request(None, ["values"]).stream_mode == ["values"]


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ({}, None),
        ({"goto": [], "update": {}}, None),
        # RemoteGraph sends every field.
        ({"graph": None, "update": None, "resume": 0, "goto": []}, {"resume": 0}),
        ({"resume": False}, {"resume": False}),
        ({"goto": "next"}, {"goto": "next"}),
        (
            {"update": {"a": 1}, "goto": [{"node": "n", "input": {}}]},
            {"update": {"a": 1}, "goto": [{"node": "n", "input": {}}]},
        ),
    ],
)
def test_an_empty_command_is_none(given: Any, command: Any) -> None:
    assert body(command=given).request(uuid4(), []).command == command
    assert body(command=given).resumes == ("resume" in (command or {}))


@pytest.mark.parametrize(
    ("fields", "durability"),
    [
        ({"durability": "exit"}, "exit"),
        ({"checkpoint_during": True}, "async"),
        ({"checkpoint_during": False}, "exit"),
        ({"durability": "sync", "checkpoint_during": False}, "sync"),
    ],
)
def test_durability_has_an_old_name(fields: Any, durability: str) -> None:
    assert body(**fields).request(None, []).durability == durability


def test_a_checkpoint_has_a_short_form() -> None:
    short = body(checkpoint_id="c").request(uuid4(), [])
    assert short.checkpoint == {"checkpoint_id": "c"}
    long = body(checkpoint={"thread_id": "t", "checkpoint_id": "c", "checkpoint_ns": ""})
    assert long.request(uuid4(), []).checkpoint == {"checkpoint_id": "c", "checkpoint_ns": ""}


def test_breakpoints_are_all_or_some_or_none() -> None:
    request = body(interrupt_before="*", interrupt_after=["a"]).request(None, [])
    assert (request.interrupt_before, request.interrupt_after) == ("*", ["a"])
    assert body(interrupt_before=[]).request(None, []).interrupt_before is None
    with pytest.raises(ValidationError):
        body(interrupt_before="a")


def test_a_context_is_not_said_twice() -> None:
    configurable = {"configurable": {"b": 1}}
    assert body(context={"a": 1}, config=configurable).has_two_contexts
    assert not body(context={}, config=configurable).has_two_contexts
    assert not body(context={"a": 1}, config={"configurable": {}}).has_two_contexts
    assert not body(context={"a": 1}, config={"tags": ["t"]}).has_two_contexts


def test_what_we_do_not_know_is_ignored() -> None:
    request = body(feedback_keys=["f"], langsmith_tracer={}, stream_resumable=True).request(
        None, []
    )
    assert "feedback_keys" not in request.kwargs()
