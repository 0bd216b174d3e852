"""The event contract: what a person or a client ever sees of a run.

Five lifecycle events say what agents do, four control events surround them. An event is a
frozen fact; `seq`, its place in the thread's log, is given to it when it is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

LifecycleType = Literal[
    "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"
]
ControlType = Literal["interrupt", "error", "end", "resumed"]
EventType = LifecycleType | ControlType

LIFECYCLE_TYPES: frozenset[str] = frozenset(get_args(LifecycleType))
CONTROL_TYPES: frozenset[str] = frozenset(get_args(ControlType))
#: All that people see of a run; every other row of the log is a stream part.
EVENT_TYPES: frozenset[str] = LIFECYCLE_TYPES | CONTROL_TYPES

#: How a run ended, as its `end` event says it.
EndStatus = Literal["success", "error", "interrupted", "cancelled", "timeout"]
#: How an agent ended, as its `agent_completed` says it.
AgentStatus = Literal["ok", "error", "interrupted", "cancelled"]

#: What an agent that is still open completes with when its run ends so.
AGENT_STATUS_AT_END: Mapping[EndStatus, AgentStatus] = {
    "success": "ok",
    "error": "error",
    "interrupted": "interrupted",
    "cancelled": "cancelled",
    "timeout": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about a run, before it has its place in the log.

    `path` names the open agents from the root inwards; `payload` holds the fields of the type
    as the contract lists them and never repeats an envelope field.
    """

    type: EventType
    run_id: str
    thread_id: str
    attempt: int
    at: datetime
    path: tuple[str, ...] = ()
    node: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def body(self) -> dict[str, Any]:
        """The envelope and payload as JSON-ready data, without `seq`."""
        return {
            "run_id": self.run_id,
            "thread_id": self.thread_id,
            "type": self.type,
            "at": timestamp(self.at),
            "path": list(self.path),
            "node": self.node,
            "attempt": self.attempt,
            **self.payload,
        }


@dataclass(frozen=True, slots=True)
class StreamPart:
    """What a client asked for by a stream mode: a row of the same log, for LangGraph's clients.

    `type` is the name under which they get it, such as `values` or `messages|research:7f`; it is
    never one of `EVENT_TYPES`. `data` is whatever the graph streamed.
    """

    type: str
    run_id: str
    thread_id: str
    attempt: int
    at: datetime
    data: Any

    def body(self) -> dict[str, Any]:
        """Envelope and data, without `seq`; `data` comes last, so readers can cut it out."""
        return {
            "run_id": self.run_id,
            "thread_id": self.thread_id,
            "type": self.type,
            "attempt": self.attempt,
            "at": timestamp(self.at),
            "data": self.data,
        }


#: What one row of the log is made from.
LogEntry = Event | StreamPart


def is_stream_part(row_type: str) -> bool:
    """Whether a row of the log is a stream part rather than an event for people."""
    return row_type not in EVENT_TYPES


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as every event carries it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A row of the log. `body` is the envelope's JSON without `seq`, as it was committed."""

    seq: int
    thread_id: str
    run_id: str
    type: str
    body: bytes

    def json(self) -> bytes:
        """The whole envelope, `seq` first, as it goes on every wire."""
        return b'{"seq":%d,%b' % (self.seq, self.body[1:])
