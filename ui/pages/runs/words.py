"""How the page says states, kinds, causes, times and amounts."""

from collections.abc import Mapping
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


def spent_words(cost_usd: str | None, tokens: int | None) -> str:
    """What models took: money where a price is known, else tokens."""
    if cost_usd is not None:
        return show_usd(Decimal(cost_usd))
    return f"{tokens:,} tokens" if tokens else ""
