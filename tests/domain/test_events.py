"""An event's envelope, as every reader gets it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

from domain.events import (
    AGENT_STATUS_AT_END,
    CONTROL_TYPES,
    LIFECYCLE_TYPES,
    AgentStatus,
    EndStatus,
    Event,
    StoredEvent,
    StreamPart,
    is_stream_part,
    timestamp,
)

AT = datetime(2026, 5, 4, 10, 0, 0, 1_999, tzinfo=UTC)
EVENT = Event(
    "tool_executing", "run-1", "thread-1", 2, AT, ("root", "data"), "tools", {"call_id": "c"}
)


def test_there_are_five_lifecycle_and_four_control_events() -> None:
    assert {
        "agent_started",
        "agent_thinking",
        "tool_executing",
        "tool_completed",
        "agent_completed",
    } == LIFECYCLE_TYPES
    assert {"interrupt", "error", "end", "resumed"} == CONTROL_TYPES


def test_a_stream_part_is_any_row_that_is_no_event() -> None:
    for name in LIFECYCLE_TYPES | CONTROL_TYPES:
        assert not is_stream_part(name)
    for name in ("values", "messages/partial", "updates|research:7f", "custom", "command"):
        assert is_stream_part(name)


def test_the_data_of_a_stream_part_comes_last() -> None:
    part = StreamPart("values", "run-1", "thread-1", 2, AT, {"count": 1})
    assert json.dumps(part.body()) == (
        '{"run_id": "run-1", "thread_id": "thread-1", "type": "values", "attempt": 2, '
        '"at": "2026-05-04T10:00:00.001Z", "data": {"count": 1}}'
    )


def test_the_body_is_the_envelope_with_the_payload() -> None:
    assert EVENT.body() == {
        "run_id": "run-1",
        "thread_id": "thread-1",
        "type": "tool_executing",
        "at": "2026-05-04T10:00:00.001Z",
        "path": ["root", "data"],
        "node": "tools",
        "attempt": 2,
        "call_id": "c",
    }


def test_events_do_not_share_their_empty_payload() -> None:
    first, second = (Event("end", "r", "t", 1, AT) for _ in range(2))
    assert first.payload is not second.payload


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    in_delhi = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert timestamp(in_delhi) == timestamp(AT) == "2026-05-04T10:00:00.001Z"
    assert timestamp(AT.replace(microsecond=0)) == "2026-05-04T10:00:00.000Z"


def test_a_stored_event_is_its_committed_bytes_with_the_number_in_front() -> None:
    body = json.dumps(EVENT.body()).encode()
    stored = StoredEvent(41, "thread-1", "run-1", "tool_executing", body)
    assert stored.json().startswith(b'{"seq":41,')
    assert stored.json().endswith(body[1:])
    assert json.loads(stored.json()) == {"seq": 41, **EVENT.body()}


def test_every_end_says_how_open_agents_complete() -> None:
    assert set(AGENT_STATUS_AT_END) == set(get_args(EndStatus))
    assert set(AGENT_STATUS_AT_END.values()) == set(get_args(AgentStatus))
