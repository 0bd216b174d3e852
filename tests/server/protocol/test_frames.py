"""A row of the log becomes the frames that clients know, and no cursor lies inside a row."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.events import StoredEvent
from graphs.stream_rows import RESULT
from server.protocol.frames import (
    MODES,
    ModeFilter,
    checked_modes,
    end_frame,
    frames_of,
    gap_frame,
    stream_data,
)


def row(row_type: str, **fields: Any) -> StoredEvent:
    body = {"run_id": "r", "thread_id": "t", "type": row_type, "attempt": 1, "at": "now", **fields}
    return StoredEvent(7, "t", "r", row_type, orjson.dumps(body))


def frames(of: StoredEvent, *modes: str) -> bytes:
    return frames_of(of, ModeFilter(frozenset(modes)))


def test_a_stream_part_is_a_frame_of_its_name_data_and_number() -> None:
    part = row("values|research:7f", data={"count": 1})
    assert frames(part, "values") == (b'event: values|research:7f\ndata: {"count":1}\nid: 7\n\n')
    assert frames(part, "updates") == b""
    assert frames(part) == b""


@pytest.mark.parametrize("asked", ["messages", "messages-tuple"])
@pytest.mark.parametrize(
    "name", ["messages", "messages|a:1", "messages/partial", "messages/metadata|a:1|b:2"]
)
def test_both_kinds_of_messages_match_each_other(asked: str, name: str) -> None:
    assert frames(row(name, data=[]), asked).startswith(f"event: {name}\n".encode())


def test_a_command_passes_every_filter_and_a_result_none() -> None:
    assert frames(row("command", data={"graph": "__parent__"})).startswith(b"event: command\n")
    assert frames(row(RESULT, data={}), *MODES) == b""


def test_the_root_that_starts_is_the_metadata() -> None:
    started = row("agent_started", path=["root"])
    metadata = b'event: metadata\ndata: {"run_id":"r","attempt":1}\n'
    assert frames(started, "values") == metadata + b"id: 7\n\n"
    # One row, two frames, one number: behind both.
    both = frames(started, "agent_events")
    assert both == metadata + b"\n" + (
        b"event: agent_started\ndata: " + started.json() + b"\nid: 7\n\n"
    )
    assert frames(row("agent_started", path=["root", "data"]), "values") == b""
    assert b"metadata" not in frames(row("agent_started", path=["root", "data"]), "agent_events")


def test_a_run_that_was_taken_over_says_so_by_its_attempt() -> None:
    taken_over = row("resumed", path=["root"], **{"attempt": 2, "from_checkpoint": None})
    assert frames(taken_over, "agent_events") == (
        b'event: metadata\ndata: {"run_id":"r","attempt":2}\nid: 7\n\n'
    )


def test_error_and_end_pass_every_filter() -> None:
    failed = row("error", path=["root"], error="ValueError", message="boom", node=None)
    assert frames(failed) == (
        b'event: error\ndata: {"error":"ValueError","message":"boom"}\nid: 7\n\n'
    )
    ended = row("end", path=["root"], status="error")
    assert frames(ended) == b'event: end\ndata: {"status":"error"}\nid: 7\n\n'
    assert end_frame(ended) == b'event: end\ndata: {"status":"error"}\n\n'


def test_our_own_events_are_whole() -> None:
    for name in ("agent_thinking", "tool_executing", "tool_completed", "interrupt"):
        event = row(name, path=["root"])
        assert frames(event, "agent_events") == (
            b"event: %b\ndata: %b\nid: 7\n\n" % (name.encode(), event.json())
        )
        assert frames(event, "values") == b""


def test_a_gap_has_no_number() -> None:
    assert gap_frame(13, 339) == b'event: gap\ndata: {"from":13,"to":339}\n\n'


def test_no_event_of_ours_looks_like_one_of_langgraphs() -> None:
    # RemoteGraph goes by how a name begins.
    for name in ("metadata", "end", "gap", "interrupt", "resumed"):
        assert not name.startswith(("values", "updates", "messages", "error", "command"))


def test_a_nodes_name_cannot_begin_another_field() -> None:
    part = row("values|a\nid: 9\r:1", data=1)
    assert frames(part, "values") == b"event: values|a id: 9 :1\ndata: 1\nid: 7\n\n"


@given(st.text(), st.recursive(st.text() | st.integers(-9, 9), st.lists))
def test_the_data_is_cut_out_whatever_names_and_values_are(node: str, data: Any) -> None:
    part = row(f'values|{node},"data":', data=data)
    assert orjson.loads(stream_data(part)) == data


def test_modes_are_known_and_once_each() -> None:
    assert checked_modes(["values", "agent_events", "values"]) == ["values", "agent_events"]
    for unknown in ("lifecycle", "tools", "result", ""):
        with pytest.raises(InvalidInput, match="stream mode"):
            checked_modes(["values", unknown])
