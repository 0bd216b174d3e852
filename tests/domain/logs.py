"""Hand-made logs of one run, for tests of what reads them."""

from typing import Any

Log = list[dict[str, Any]]


def event(event_type: str, path: str = "root", **payload: Any) -> dict[str, Any]:
    """One event as JSON data; `path` is written with slashes."""
    return {
        "run_id": payload.pop("run_id", "run-1"),
        "thread_id": "thread-1",
        "type": event_type,
        "at": payload.pop("at", "2026-05-04T10:00:00.000Z"),
        "path": path.split("/"),
        "node": None,
        "attempt": payload.pop("attempt", 1),
        **payload,
    }


def started(path: str = "root", **more: Any) -> dict[str, Any]:
    """`agent_started`."""
    return event(
        "agent_started", path, agent=path.rpartition("/")[2], title="T", input=None, **more
    )


def thinks(path: str = "root", **more: Any) -> dict[str, Any]:
    """`agent_thinking`, a whole sentence."""
    return event("agent_thinking", path, kind="thought", message_id="m", text="Hm.", **more)


def executing(call_id: str, path: str = "root", **more: Any) -> dict[str, Any]:
    """`tool_executing`."""
    return event("tool_executing", path, call_id=call_id, tool="add", args={}, **more)


def executed(call_id: str, path: str = "root", **more: Any) -> dict[str, Any]:
    """`tool_completed`."""
    return event(
        "tool_completed", path, call_id=call_id, tool="add", status="ok", result=3,
        duration_ms=1, **more,
    )  # fmt: skip


def completed(path: str = "root", status: str = "ok", **more: Any) -> dict[str, Any]:
    """`agent_completed`."""
    agent = path.rpartition("/")[2]
    return event("agent_completed", path, agent=agent, status=status, duration_ms=1, **more)


def end(status: str = "success", **more: Any) -> dict[str, Any]:
    """`end`."""
    return event("end", status=status, **more)


def numbered(log: Log) -> Log:
    """The events as they stand in a thread's log."""
    return [{"seq": place, **entry} for place, entry in enumerate(log, start=1)]
