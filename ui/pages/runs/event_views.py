"""The event log of a run: what was written, page by page, and one event whole."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from domain.masking import masked
from ui.event_fields import EventJson, path_of, question_text, words
from ui.json_tree import json_tree
from ui.markup import counted, duration_words, escaped, icon, moment
from ui.pages.runs.addresses import Place, link
from ui.pages.runs.words import EVENT_TYPES
from ui.run_trace import moment_of
from ui.runs_models import RunEvents

PAGE: Final = 100
#: Characters of a summary.
_SHORT: Final = 140


def event_log(part: RunEvents, place: Place) -> str:
    """One page of the log, narrowed to a type perhaps, and the event that was chosen."""
    chosen = place.number("event")
    event = next((e for e in part.events if e.get("seq") == chosen), None)
    rows = "".join(_row(each, place) for each in part.events)
    if not rows:
        rows = '<tr><td colspan="5" class="gp-quiet">No events of this type.</td></tr>'
    head = "".join(
        f'<th scope="col" class="{style}">{name}</th>'
        for name, style in (
            *(("Seq", "gp-number"), ("Time", ""), ("Type", ""), ("Path", "gp-wide")),
            ("What", ""),
        )
    )
    beside = _panel(event, place) if event else ""
    style = " gp-with-panel" if beside else ""
    return (
        f'{_types(part.types, place)}<div class="gp-trace{style}"><div>'
        '<table class="gp-table gp-events"><caption class="gp-unseen">Events</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{_pages(part, place)}</div>"
        f"{beside}</div>"
    )


def _types(types: Mapping[str, int], place: Place) -> str:
    chosen = place.get("type")
    base = place.at(after="", before="", event="")
    chips = [("", f"All {sum(types.values()):,}")]
    chips += [
        (name, f"{title} {types[name]:,}") for name, title in EVENT_TYPES.items() if name in types
    ]
    links = "".join(
        link(
            base.at(type=name),
            escaped(title),
            style="gp-chip",
            attributes='aria-current="true"' if name == chosen else "",
        )
        for name, title in chips
    )
    return f'<nav class="gp-chips" aria-label="Types of events">{links}</nav>'


def _row(event: EventJson, place: Place) -> str:
    seq = int(event["seq"])
    chosen = place.number("event") == seq
    aim = place.at(event="" if chosen else seq)
    what = link(
        aim,
        escaped(summary(event)) or EVENT_TYPES.get(event["type"], ""),
        style="gp-row-link",
        attributes='aria-current="true"' if chosen else "",
    )
    return (
        f'<tr data-key="e{seq}" data-testid="event-row"{" data-chosen" if chosen else ""}>'
        f'<td class="gp-number">{seq}</td><td>{moment(moment_of(event["at"]), "clock")}</td>'
        f"<td><code>{escaped(event['type'])}</code></td>"
        f'<td class="gp-wide">{escaped("/".join(path_of(event)))}</td>'
        f'<td class="gp-what">{what}</td></tr>'
    )


def _pages(part: RunEvents, place: Place) -> str:
    """Backwards and forwards; `has_more` speaks of the direction that was asked for."""
    if not part.events:
        return ""
    first, last = int(part.events[0]["seq"]), int(part.events[-1]["seq"])
    backwards = place.number("before") is not None
    has_earlier = part.has_more if backwards else bool(place.number("after"))
    has_later = True if backwards else part.has_more
    base = place.at(event="")
    links = ""
    if has_earlier:
        links += link(base.at(after="", before=first), "Earlier", style="gp-button gp-small")
    if has_later:
        links += link(base.at(before="", after=last), "Later", style="gp-button gp-small")
    shown = f'<span class="gp-quiet">{counted(len(part.events), "event")} here</span>'
    return f'<nav class="gp-pages" aria-label="Pages of the log">{shown}{links}</nav>'


def _panel(event: EventJson, place: Place) -> str:
    close = link(
        place.at(event=""),
        icon("close"),
        style="gp-icon-button",
        attributes='aria-label="Close" title="Close"',
    )
    return (
        '<aside class="gp-span-panel" aria-label="The chosen event" data-testid="event-panel">'
        f"<header><h2>Event {int(event['seq'])}</h2>{close}</header>"
        f"{json_tree(dict(event))}</aside>"
    )


def summary(event: EventJson) -> str:
    """An event in a line."""
    made = _SUMMARIES.get(str(event.get("type")))
    text = " ".join((made(event) if made else "").split())
    return text if len(text) <= _SHORT else text[: _SHORT - 1].rstrip() + "…"


def _started(event: EventJson) -> str:
    asked = question_text(event.get("input"))
    name = str(event.get("title") or event.get("agent") or "Agent")
    return f"{name}: {asked}" if asked else name


def _begun(event: EventJson) -> str:
    name, item = words(str(event.get("tool", ""))), event.get("item")
    return f"{name} of {item}" if item else f"{name} {_brief(event.get('args'))}".strip()


def _ended(event: EventJson) -> str:
    name = words(str(event.get("tool") or event.get("agent") or ""))
    of = f" of {event['item']}" if event.get("item") else ""
    took = event.get("duration_ms")
    time = f" in {duration_words(took / 1000)}" if isinstance(took, int | float) else ""
    error = event.get("error")
    return f"{name}{of}: {event.get('status', 'ok')}{time}{f': {error}' if error else ''}"


def _paused(event: EventJson) -> str:
    value: Any = event.get("value")
    if not isinstance(value, Mapping):
        return str(value)
    asked = cast(Mapping[str, Any], value)
    return str(asked.get("title") or asked.get("kind") or "")


def _brief(value: Any) -> str:
    given: Any = masked(value)
    if not isinstance(given, Mapping):
        return ""
    pairs = cast(Mapping[str, Any], given).items()
    return ", ".join(f"{name}: {each}" for name, each in pairs)


_SUMMARIES: Final[Mapping[str, Callable[[EventJson], str]]] = {
    "agent_started": _started,
    "agent_thinking": lambda event: str(event.get("text", "")),
    "tool_executing": _begun,
    "tool_completed": _ended,
    "agent_completed": _ended,
    "interrupt": _paused,
    "error": lambda event: str(event.get("message") or event.get("error") or ""),
    "end": lambda event: str(event.get("status", "")),
    "resumed": lambda event: f"Attempt {event.get('attempt', '')} goes on",
}
