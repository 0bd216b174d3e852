"""Fragments of one message become one event for up to 30 ms or 2 KB; all else passes at once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.events import Event

#: How long a fragment may wait for the next one, and how much may gather.
HOLD_S = 0.03
HOLD_CHARS = 2_048


class Coalescer:
    """Holds fragments back, never changing the order of events."""

    def __init__(self, emit: Callable[[Sequence[Event]], None]) -> None:
        self._emit = emit
        self._held: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, events: Sequence[Event]) -> None:
        """Take events in order."""
        for event in events:
            if not _is_fragment(event):
                self._held.append(event)
                self.flush()
                continue
            if self._held and _continues(self._held[-1], event):
                self._held[-1] = _joined(self._held[-1], event)
            else:
                self._held.append(event)
            if len(self._held[-1].payload["text"]) >= HOLD_CHARS:
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


def _is_fragment(event: Event) -> bool:
    return event.type == "agent_thinking" and event.payload["kind"] == "delta"


def _continues(held: Event, event: Event) -> bool:
    before, after = held.payload, event.payload
    return (
        _is_fragment(held)
        and before["message_id"] == after["message_id"]
        and before["channel"] == after["channel"]
        and before["offset"] + len(before["text"]) == after["offset"]
        # An empty text at 0 takes a message back and must stay an event of its own.
        and bool(before["text"])
    )


def _joined(held: Event, event: Event) -> Event:
    text = held.payload["text"] + event.payload["text"]
    return replace(held, payload={**held.payload, "text": text})
