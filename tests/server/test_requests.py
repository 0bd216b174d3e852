"""What a run remembers of what it was asked, and what its assistant adds."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from domain.assistants import Assistant
from server.runs.requests import RunRequest

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def assistant(config: dict[str, Any], context: dict[str, Any]) -> Assistant:
    return Assistant(uuid4(), "graph", "name", None, 1, config, context, {}, NOW, NOW)


def test_what_the_request_says_itself_counts() -> None:
    theirs = {
        "tags": ["a", "b"],
        "recursion_limit": 5,
        "configurable": {"tone": "dry", "run_timeout_s": 3},
    }
    own = {"tags": ["b", "c"], "configurable": {"tone": "warm"}}
    request = RunRequest("x", config=own, context={"user": "me"})
    complete = request.with_assistant(assistant(theirs, {"user": "you", "place": "here"}))
    assert complete.config == {
        "tags": ["a", "b", "c"],
        "recursion_limit": 5,
        "configurable": {"tone": "warm", "run_timeout_s": 3},
    }
    assert complete.context == {"user": "me", "place": "here"}


def test_an_assistant_that_says_nothing_changes_nothing() -> None:
    request = RunRequest("x", config={"tags": ["a"]})
    assert request.with_assistant(assistant({}, {})) == request


def test_only_what_says_something_is_remembered() -> None:
    assert RunRequest("x", input=1).kwargs() == {
        "input": 1,
        "command": None,
        "config": {},
        "context": None,
    }
    asked = RunRequest("x", stream_mode=["values"], durability="exit", interrupt_before="*")
    assert asked.kwargs() == {
        "input": None,
        "command": None,
        "config": {},
        "context": None,
        "stream_mode": ["values"],
        "durability": "exit",
        "interrupt_before": "*",
    }
