"""The list of conversations: what stands above it, its days, its rows and how each one stands."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ui.api_models import Thread
from ui.markup import button, counted, escaped, icon, icon_button, moment

#: How a conversation stands that is not simply done: state, word, icon.
STANDINGS: Final = {
    "busy": ("running", "Running", "spark"),
    "interrupted": ("waiting", "Asks you", "hand"),
    "error": ("failed", "Failed", "alert"),
}


def thread_tools() -> str:
    """New conversation and search, above the list."""
    return (
        f'<button type="button" class="gp-new" data-action="new" data-closes="side">{icon("plus")}'
        "<span>New conversation</span></button>"
        f'<label class="gp-search">{icon("search")}<input type="search" class="gp-input"'
        ' placeholder="Search" aria-label="Search conversations" data-input="search"></label>'
    )


def thread_list(
    threads: Sequence[Thread], current: str, total: int, query: str, now: datetime
) -> str:
    """The conversations as lists of links, newest first, by the days of the reader's clock."""
    if not threads:
        words = f"Nothing is called “{escaped(query)}”." if query else "No conversations yet."
        return f'<p class="gp-quiet gp-pad">{words}</p>'
    rows = {thread.thread_id: _row(thread, thread.thread_id == current) for thread in threads}
    days = "".join(
        f'<div data-key="{day}"><p class="gp-day" aria-hidden="true">{day}</p>'
        f'<ul class="gp-threads" aria-label="{day}">{"".join(rows[each] for each in ids)}</ul>'
        "</div>"
        for day, ids in _by_day(threads, now)
    )
    rest = total - len(threads)
    words = f"Show more ({counted(rest, 'older one')})"
    more = f'<div class="gp-pad">{button(words, "more", style="gp-small gp-bare")}</div>'
    return days + (more if rest > 0 else "")


def reader_zone(name: str) -> tzinfo:
    """The time zone that a browser names; UTC when it names none that is known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _by_day(threads: Sequence[Thread], now: datetime) -> Iterator[tuple[str, list[str]]]:
    def day_of(thread: Thread) -> str:
        days = (now.date() - thread.updated_at.astimezone(now.tzinfo).date()).days
        return "Today" if days <= 0 else "Yesterday" if days == 1 else "Earlier"

    for day, found in groupby(threads, day_of):
        yield day, [thread.thread_id for thread in found]


def _row(thread: Thread, is_current: bool) -> str:
    title, identifier = escaped(thread.title), escaped(thread.thread_id)
    current = ' aria-current="true"' if is_current else ""
    tools = icon_button(f"Rename {thread.title}", "pencil", "rename-start", thread=identifier)
    tools += icon_button(
        f"Delete {thread.title}", "trash", "delete", thread=identifier, confirm="Delete?"
    )
    return (
        f'<li class="gp-thread" data-key="{identifier}" data-testid="thread"{current}>'
        f'<a href="?thread={identifier}" data-action="open" data-thread="{identifier}"'
        f' data-closes="side"><span class="gp-thread-title" data-title="{title}">{title}</span>'
        f'<span class="gp-thread-line">{_standing(thread.status)}{moment(thread.updated_at)}</span>'
        f'</a><span class="gp-thread-tools">{tools}</span></li>'
    )


def _standing(status: str) -> str:
    if status not in STANDINGS:
        return ""
    state, words, icon_name = STANDINGS[status]
    return f'<span class="gp-state" data-state="{state}">{icon(icon_name)}{words}</span>'
