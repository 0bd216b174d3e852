"""Fragments of one message become one row for up to 30 ms or 2 KB; all else passes at once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.events import Event, LogEntry, StreamPart
from graphs.message_chunks import Fragment

#: How long a fragment may wait for the next one, and how much may gather.
HOLD_S = 0.03
HOLD_CHARS = 2_048


class Coalescer:
    """Holds fragments back.

    The order of entries of one type never changes, and nothing but a fragment is ever passed by.
    """

    def __init__(self, emit: Callable[[Sequence[LogEntry]], None]) -> None:
        self._emit = emit
        self._held: list[LogEntry] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, entries: Sequence[LogEntry]) -> None:
        """Take entries in order."""
        for entry in entries:
            if _weight(entry) is None:
                self._held.append(entry)
                self.flush()
            elif self._hold(entry) >= HOLD_CHARS:
                self.flush()
            elif self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(HOLD_S, self.flush)

    def flush(self) -> None:
        """Let go of what is held."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._held:
            held, self._held = self._held, []
            self._emit(held)

    def _hold(self, entry: LogEntry) -> int:
        """Join a fragment to the last held one of its type, or hold it; returns its weight."""
        for place in reversed(range(len(self._held))):
            if self._held[place].type != entry.type:
                continue
            if joined := _joined(self._held[place], entry):
                self._held[place] = joined
                return _weight(joined) or 0
            break
        self._held.append(entry)
        return _weight(entry) or 0


def _weight(entry: LogEntry) -> int | None:
    """The characters of a fragment; None for what is none."""
    if isinstance(entry, StreamPart):
        return entry.data.weight if isinstance(entry.data, Fragment) else None
    if entry.type == "agent_thinking" and entry.payload["kind"] == "delta":
        return len(entry.payload["text"])
    return None


def _joined(held: LogEntry, later: LogEntry) -> LogEntry | None:
    """Both as one, or None when they do not belong together."""
    if isinstance(held, StreamPart) and isinstance(later, StreamPart):
        if held.data.message_id != later.data.message_id:
            return None
        return replace(held, data=held.data.joined(later.data))
    if isinstance(held, Event) and isinstance(later, Event) and _continues(held, later):
        text = held.payload["text"] + later.payload["text"]
        return replace(held, payload={**held.payload, "text": text})
    return None


def _continues(held: Event, later: Event) -> bool:
    before, after = held.payload, later.payload
    return (
        before["message_id"] == after["message_id"]
        and before["channel"] == after["channel"]
        and before["offset"] + len(before["text"]) == after["offset"]
        # An empty text at 0 takes a message back and must stay an event of its own.
        and bool(before["text"])
    )
