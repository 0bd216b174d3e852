"""The waterfall of a run, and what one of its spans was given and gave back."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ui.json_tree import json_tree
from ui.markup import counted, duration_words, escaped, icon, notice
from ui.pages.runs.addresses import Place, link
from ui.pages.runs.words import SPAN_STATES, spent_words
from ui.run_trace import Span, Trace
from ui.runs_models import RunEntry
from ui.time_scale import TimeScale, Window

#: Items of a loop that are shown before somebody asks for all, and at most.
FEW_ITEMS: Final = 20
MOST_ITEMS: Final = 1_000
_ICONS: Final = {"agent": "person", "tool": "spark", "node": "flow", "item": "runs", "run": "runs"}
#: Narrower than this a bar is not seen, in parts of a hundred.
_LEAST: Final = 0.4


class Waterfall:
    """Draws one trace at one moment."""

    def __init__(self, trace: Trace, entry: RunEntry, place: Place, now: datetime) -> None:
        self._trace = trace
        self._place = place
        self._now = now
        windows = list(trace.windows)
        if entry.status == "waiting" and windows:
            # What it waits for now is a wait like those before.
            windows.append(Window(now, now))
        self._scale = TimeScale.over(windows, now)
        self._waits = "".join(
            f'<span class="gp-wait" style="left:{wait.start:.2f}%;width:'
            f'{wait.end - wait.start:.2f}%" title="Waited {duration_words(wait.duration)}"></span>'
            for wait in self._scale.waits
        )
        self._entry = entry

    def shown(self, *, is_cut: bool) -> str:
        """The rows and, beside them, the span that was chosen."""
        if not self._trace.roots:
            return self._nothing()
        rows = "".join(self._row(root, 0) for root in self._trace.roots)
        cut = notice("The log is very long; this is its beginning.") if is_cut else ""
        chosen = self._trace.find(self._place.get("span"))
        beside = span_panel(chosen, self._entry, self._place) if chosen else ""
        style = " gp-with-panel" if beside else ""
        return (
            f'{cut}<div class="gp-trace{style}"><div class="gp-waterfall" data-testid="waterfall">'
            f'{self._axis()}<ul aria-label="Timeline">{rows}</ul></div>{beside}</div>'
        )

    def _nothing(self) -> str:
        words = {
            "queued": "It waits for its turn. Its steps appear here as they begin.",
            "running": "It has just begun. Its steps appear here.",
        }
        said = words.get(self._entry.status, "It did nothing that the log tells of.")
        return f'<p class="gp-quiet gp-pad" data-testid="no-steps">{said}</p>'

    def _axis(self) -> str:
        waited = sum((wait.duration.total_seconds() for wait in self._scale.waits), 0.0)
        said = f"{duration_words(self._scale.worked)} at work"
        said += f", {duration_words(waited)} waiting" if waited else ""
        return (
            f'<div class="gp-axis"><span class="gp-quiet">{said}</span>'
            f'<span class="gp-track" aria-hidden="true">{self._waits}</span></div>'
        )

    def _row(self, span: Span, depth: int) -> str:
        if span.kind == "item" and len(span.children) == 1:
            # One row says both which item it was and what was done with it.
            only = span.children[0]
            span = replace(only, title=f"{span.title}: {only.title}")
        chosen = self._place.get("span") == span.id
        took = (span.ended_at or self._now) - span.started_at
        icon_name, word = SPAN_STATES[span.state]
        tries = f" · {len(span.tries)} tries" if len(span.tries) > 1 else ""
        name = (
            f'<span class="gp-state" data-state="{span.state}">{icon(icon_name)}'
            f'<span class="gp-unseen">{word}</span></span>'
            f'<span class="gp-span-title">{escaped(span.title)}</span>'
            f'<span class="gp-quiet">{escaped(_does(span))}{tries}</span>'
        )
        aim = self._place.at(span="" if chosen else span.id)
        head = link(aim, name, style="gp-span-name", attributes=self._named(span, chosen))
        line = (
            f'<div class="gp-span" style="--depth:{depth}"{" data-chosen" if chosen else ""}>'
            f'<span class="gp-span-place">{_fold(span)}{head}</span>'
            f'<span class="gp-track" aria-hidden="true">{self._bars(span)}</span>'
            f'<span class="gp-took">{duration_words(took)}</span></div>'
        )
        key = f'data-key="{escaped(span.id)}" data-testid="span" data-state="{span.state}"'
        inner = f"<ul>{self._children(span, depth + 1)}</ul>" if span.children else ""
        return f"<li {key}>{line}{inner}</li>"

    def _named(self, span: Span, chosen: bool) -> str:
        current = ' aria-current="true"' if chosen else ""
        return f'title="{escaped(span.title)}"{current}'

    def _children(self, span: Span, depth: int) -> str:
        children = span.children
        if children[0].kind != "item":
            return "".join(self._row(child, depth) for child in children)
        opened = self._place.get("more") == span.id
        most = MOST_ITEMS if opened else FEW_ITEMS
        # Those that failed or are under way first: nobody looks for the rest.
        order = sorted(children, key=lambda child: child.state in ("done", "stopped"))
        shown = sorted(order[:most], key=children.index) if len(children) > most else children
        rows = "".join(self._row(child, depth) for child in shown)
        rest = len(children) - len(shown)
        more = ""
        if rest and not opened:
            words = f"Show all {len(children):,} items"
            more = link(self._place.at(more=span.id), words, style="gp-link gp-more")
        elif opened and len(children) > FEW_ITEMS:
            more = link(self._place.at(more=""), "Show fewer", style="gp-link gp-more")
        return rows + (f'<li style="--depth:{depth}">{more}</li>' if more else "")

    def _bars(self, span: Span) -> str:
        waits = self._waits
        whole = self._bar(span.state, span.started_at, span.ended_at, "gp-bar")
        if len(span.tries) < 2:
            return waits + whole
        between = self._bar(span.state, span.started_at, span.ended_at, "gp-between")
        return (
            waits
            + between
            + "".join(
                self._bar(each.state, each.started_at, each.ended_at, "gp-bar")
                for each in span.tries
            )
        )

    def _bar(self, state: str, start: datetime, end: datetime | None, style: str) -> str:
        left = min(self._scale.place(start), 100 - _LEAST)
        width = max(self._scale.place(end or self._now) - left, _LEAST)
        return (
            f'<span class="{style}" data-state="{state}" style="left:{left:.2f}%;'
            f'width:{width:.2f}%"></span>'
        )


def _fold(span: Span) -> str:
    if not span.children:
        return '<span class="gp-fold"></span>'
    return (
        f'<button type="button" class="gp-fold" data-fold="{escaped(span.id)}" aria-expanded="true"'
        f' aria-label="What is inside {escaped(span.title)}"></button>'
    )


def _does(span: Span) -> str:
    if span.kind in ("item", "agent") or span.does in ("tool", span.title.lower()):
        return ""
    return span.does


def span_panel(span: Span, entry: RunEntry, place: Place) -> str:
    """What a span was given, what came of it, and each of its tries."""
    close = link(
        place.at(span=""),
        icon("close"),
        style="gp-icon-button",
        attributes='aria-label="Close" title="Close"',
    )
    _, word = SPAN_STATES[span.state]
    took = duration_words(span.ended_at - span.started_at) if span.ended_at else ""
    said = " · ".join(filter(None, (word.capitalize(), _does(span), took, _used(span))))
    parts = _tries(span)
    parts += "".join(f"<p>{escaped(text)}</p>" for text in span.texts)
    parts += notice(span.error) if span.error else ""
    parts += _waits_for(span)
    parts += _value("Given", span.given) + _value("Result", _parsed(span.result))
    if span.artifact_id:
        address = f"/workflows/runs/{entry.run_id}/outputs/{span.artifact_id}"
        words = f"{icon('download')}The whole result"
        parts += f'<a class="gp-link" href="{escaped(address)}" download>{words}</a>'
    if span.children:
        parts += f'<p class="gp-quiet">{counted(len(span.children), "step")} inside</p>'
    return (
        '<aside class="gp-span-panel" aria-label="The chosen step" data-testid="span-panel">'
        f"<header><h2>{escaped(span.title)}</h2>{close}</header>"
        f'<p class="gp-quiet">{escaped(said)}</p>{parts}</aside>'
    )


def _used(span: Span) -> str:
    if span.usage is None:
        return ""
    tokens = span.usage.input_tokens + span.usage.output_tokens
    return " · ".join(filter(None, (span.usage.model, spent_words(span.usage.cost_usd, tokens))))


def _tries(span: Span) -> str:
    if len(span.tries) < 2:
        return ""
    rows = "".join(
        f"<li>{SPAN_STATES[each.state][1].capitalize()}"
        f"{' after ' + duration_words(each.ended_at - each.started_at) if each.ended_at else ''}"
        f"{': ' + escaped(each.error) if each.error else ''}</li>"
        for each in span.tries
    )
    return f"<h3>{len(span.tries)} tries</h3><ol>{rows}</ol>"


def _waits_for(span: Span) -> str:
    if not span.asks:
        return ""
    title = escaped(span.asks.get("title") or "It waits")
    if span.asks.get("kind") == "approval":
        address = f"/app/approvals?id={span.asks.get('approval_id', '')}"
        return (
            f'<p>{title}</p><a class="gp-button" href="{escaped(address)}">{icon("inbox")}'
            "Answer in the approvals inbox</a>"
        )
    return _value("Waits for", dict(span.asks))


def _value(title: str, value: Any) -> str:
    if value in (None, "", {}, []):
        return ""
    return f"<h3>{title}</h3>{json_tree(value)}"


def _parsed(value: Any) -> Any:
    """A result that is JSON in a text, as data."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
