"""How the page says states, kinds, causes, times and amounts."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from domain.costs.money import show_usd
from ui.markup import escaped, icon

#: State colour, icon and word.
STATUS: Final[Mapping[str, tuple[str, str, str]]] = {
    "queued": ("queued", "clock", "Queued"),
    "running": ("running", "spark", "Running"),
    "waiting": ("waiting", "hand", "Waiting"),
    "success": ("done", "check", "Done"),
    "error": ("failed", "alert", "Failed"),
    "timeout": ("failed", "clock", "Timed out"),
    "cancelled": ("stopped", "stop", "Cancelled"),
}
SPAN_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "running": ("spark", "running"),
    "done": ("check", "done"),
    "failed": ("alert", "failed"),
    "waiting": ("hand", "waiting"),
    "stopped": ("stop", "stopped"),
}
KINDS: Final[Mapping[str, str]] = {
    "chat": "Chat",
    "workflow": "Workflow",
    "background": "Background",
}
CAUSES: Final[Mapping[str, str]] = {
    "manual": "Started by hand",
    "webhook": "Webhook",
    "schedule": "Schedule",
    "workflow": "Another workflow",
    "failure": "A failure elsewhere",
    "message": "Message",
    "answer": "Answer",
    "checkpoint": "From a checkpoint",
    "api": "API",
}
EVENT_TYPES: Final[Mapping[str, str]] = {
    "agent_started": "Agent started",
    "agent_thinking": "Agent thinking",
    "tool_executing": "Step begun",
    "tool_completed": "Step ended",
    "agent_completed": "Agent ended",
    "interrupt": "Paused",
    "error": "Error",
    "end": "End",
    "resumed": "Taken over",
}

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


def status_mark(status: str) -> str:
    """A status: icon, word and colour."""
    state, icon_name, word = STATUS.get(status, ("queued", "clock", status))
    return (
        f'<span class="gp-state" data-state="{state}" data-status="{escaped(status)}">'
        f"{icon(icon_name)}{escaped(word)}</span>"
    )


def cause_words(came_by: str, retry_of: str | None) -> str:
    """What brought it about."""
    return "Tried again" if retry_of else CAUSES.get(came_by, came_by)


def duration_words(duration: timedelta | float | None) -> str:
    """`18 ms`, `2.4 s`, `3 min 5 s`, `2 h 4 min`, `3 days 2 h`; empty when nobody knows."""
    if duration is None:
        return ""
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    seconds = max(seconds, 0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    days = whole // _DAY
    return f"{days} day{'' if days == 1 else 's'} {whole % _DAY // _HOUR} h"


def spent_words(cost_usd: str | None, tokens: int | None) -> str:
    """What models took: money where a price is known, else tokens."""
    if cost_usd is not None:
        return show_usd(Decimal(cost_usd))
    return f"{tokens:,} tokens" if tokens else ""
