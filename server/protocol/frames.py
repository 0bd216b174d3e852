"""From rows of the log to the SSE frames that LangGraph's clients know."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from domain.errors import InvalidInput
from domain.events import LIFECYCLE_TYPES, StoredEvent, is_stream_part
from graphs.stream_rows import RESULT, STREAM_MODES

#: Our own mode: the events for people, as frames of their names.
AGENT_EVENTS = "agent_events"

#: What clients may ask for, in the order in which we tell of them.
MODES = (*sorted(STREAM_MODES), AGENT_EVENTS)

_AGENT_EVENT_TYPES = LIFECYCLE_TYPES | {"interrupt"}

#: What begins the last field of a stream part's row. A quote inside of JSON text is escaped, so the
#: first of these is that field's name.
_DATA = b',"data":'


@dataclass(frozen=True, slots=True)
class ModeFilter:
    """Which frames a reader wants."""

    modes: frozenset[str]

    @property
    def agent_events(self) -> bool:
        """Whether it wants our own events."""
        return AGENT_EVENTS in self.modes

    def wants(self, row_type: str) -> bool:
        """Whether it wants a stream part of this type."""
        mode = row_type.partition("|")[0].partition("/")[0]
        if mode == "messages":
            return not self.modes.isdisjoint(("messages", "messages-tuple"))
        return mode in self.modes or mode == "command"


def checked_modes(names: Sequence[str]) -> list[str]:
    """Stream modes, once each; raises `InvalidInput` for one that is not known."""
    for name in names:
        if name not in MODES:
            raise InvalidInput(f"There is no such stream mode. There are: {', '.join(MODES)}.")
    return list(dict.fromkeys(names))


def frames_of(row: StoredEvent, wanted: ModeFilter) -> bytes:
    """The frames of one row, the last of which has its number; empty when it is not wanted."""
    if is_stream_part(row.type):
        if row.type == RESULT or not wanted.wants(row.type):
            return b""
        return frame(row.type, stream_data(row), row.seq)
    frames: list[tuple[str, bytes]] = []
    if row.type == "resumed" or (row.type == "agent_started" and is_root(row)):
        frames.append(("metadata", _fields(row, "run_id", "attempt")))
    if row.type in _AGENT_EVENT_TYPES and wanted.agent_events:
        frames.append((row.type, row.json()))
    elif row.type == "error":
        frames.append(("error", _fields(row, "error", "message")))
    elif row.type == "end":
        frames.append(("end", _fields(row, "status")))
    last = len(frames) - 1
    return b"".join(
        frame(name, data, row.seq if place == last else None)
        for place, (name, data) in enumerate(frames)
    )


def frame(name: str, data: bytes, seq: int | None = None) -> bytes:
    """One frame; without a number a reader's cursor stays where it is."""
    # A node's name may be anything; a line's end would begin another field.
    event = name.replace("\r", " ").replace("\n", " ").encode()
    number = b"" if seq is None else b"id: %d\n" % seq
    return b"event: %b\ndata: %b\n%b\n" % (event, data, number)


def end_frame(row: StoredEvent) -> bytes:
    """The end of a run for who has seen it already: without a number."""
    return frame("end", _fields(row, "status"))


def gap_frame(first: int, last: int) -> bytes:
    """Says which numbers a reader cannot be given any more."""
    return frame("gap", orjson.dumps({"from": first, "to": last}))


def stream_data(row: StoredEvent) -> bytes:
    """The data of a stream part's row, as it was committed."""
    return row.body[row.body.index(_DATA) + len(_DATA) : -1]


def is_root(row: StoredEvent) -> bool:
    """Whether an event is of a run's root agent."""
    return len(orjson.loads(row.body)["path"]) == 1


def _fields(row: StoredEvent, *names: str) -> bytes:
    body = orjson.loads(row.body)
    return orjson.dumps({name: body[name] for name in names})
