"""The list of runs: filters, a dense table, and the way to older ones."""

from collections.abc import Mapping, Sequence
from typing import Final

from ui import markup
from ui.markup import duration_words, escaped, icon, moment
from ui.pages.runs.addresses import Place, link
from ui.pages.runs.words import (
    KINDS,
    STATUS,
    cause_words,
    spent_words,
    status_mark,
)
from ui.runs_models import NamedAssistant, NamedWorkflow, RunEntry

PERIODS: Final[Mapping[str, tuple[str, int]]] = {
    "hour": ("Last hour", 1),
    "day": ("Last 24 hours", 24),
    "week": ("Last 7 days", 24 * 7),
    "month": ("Last 30 days", 24 * 30),
}
_COLUMNS: Final = (
    *(("Status", ""), ("What", ""), ("Kind", "gp-wide"), ("Cause", "gp-wide")),
    *(("Started", ""), ("Duration", "gp-number gp-wide"), ("Tries", "gp-number gp-wide")),
    ("Cost", "gp-number gp-wide"),
)


def heading(menu: str, line: str, place: Place) -> str:
    """The page's h1 and one live sentence."""
    return _addressed(place, markup.heading("Runs", line, menu))


def live_line(entries: Sequence[RunEntry], *, is_narrowed: bool) -> str:
    """What stands beside the heading."""
    moving = sum(entry.is_moving for entry in entries)
    waiting = sum(entry.status == "waiting" for entry in entries)
    said = [f"{moving} under way"] if moving else []
    said += [f"{waiting} waiting"] if waiting else []
    if not entries:
        return "Nothing fits" if is_narrowed else "None yet"
    return ", ".join(said) if said else "Nothing is under way"


def _addressed(place: Place, html: str) -> str:
    """HTML that the page's address goes with."""
    return f'<div class="gp-addressed" data-address="{escaped(place.address)}">{html}</div>'


def filters(
    place: Place, workflows: Sequence[NamedWorkflow], assistants: Sequence[NamedAssistant]
) -> str:
    """What the list is narrowed to; every choice has its address."""
    named = {each.workflow_id: each.name for each in workflows}
    fields = (
        _choice("kind", "Kind", KINDS, place, "Every kind")
        + _choice("status", "Status", {k: v[2] for k, v in STATUS.items()}, place, "Every status")
        + _choice("workflow", "Workflow", named, place, "Every workflow")
        + _choice(
            "assistant",
            "Assistant",
            {a.assistant_id: a.name for a in assistants},
            place,
            "Every assistant",
        )
        + _choice("period", "Period", {k: v[0] for k, v in PERIODS.items()}, place, "Any time")
    )
    clear = ""
    if place.values:
        clear = link(Place({}), "Clear", style="gp-button gp-small gp-bare")
    return (
        '<form class="gp-filters" data-filters role="search" aria-label="Narrow the list">'
        f'<label class="gp-search">{icon("search")}<input type="search" name="q" class="gp-input"'
        f' placeholder="Search titles" aria-label="Search titles" value="{escaped(place.get("q"))}"'
        f' maxlength="200"></label>{fields}{clear}'
        '<button type="button" hidden data-action="go" data-to=""></button></form>'
    )


def _choice(name: str, label: str, choices: Mapping[str, str], place: Place, nothing: str) -> str:
    chosen = place.get(name)
    known = dict(choices)
    if chosen and chosen not in known:
        known[chosen] = chosen
    options = "".join(
        f'<option value="{escaped(value)}"{" selected" if value == chosen else ""}>'
        f"{escaped(words)}</option>"
        for value, words in known.items()
    )
    first = "" if chosen else " selected"
    return (
        f'<select name="{name}" class="gp-choice" aria-label="{label}"'
        f'{" data-chosen" if chosen else ""}><option value=""{first}>{nothing}</option>'
        f"{options}</select>"
    )


def table(entries: Sequence[RunEntry], place: Place, next_cursor: int | None) -> str:
    """The runs, newest first."""
    if not entries:
        return _nothing(place)
    head = "".join(f'<th scope="col" class="{style}">{name}</th>' for name, style in _COLUMNS)
    rows = "".join(_row(entry) for entry in entries)
    return (
        '<div class="gp-list"><table class="gp-table gp-runs"><caption class="gp-unseen">Runs, '
        f"newest first</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"{_pages(place, next_cursor)}"
    )


def _row(entry: RunEntry) -> str:
    beside = [f"v{entry.version}"] if entry.version else []
    if entry.kind != "workflow" and entry.title:
        beside.append(entry.assistant)
    note = f'<span class="gp-quiet">{escaped(" · ".join(beside))}</span>' if beside else ""
    what = link(Place({"id": entry.run_id}), escaped(entry.name), style="gp-row-link")
    took = duration_words(entry.duration_s)
    if entry.is_moving and entry.started_at:
        took = f'<span class="gp-elapsed" data-since="{entry.started_at.isoformat()}"></span>'
    return (
        f'<tr data-key="{escaped(entry.run_id)}" data-testid="run-row"'
        f' data-status="{escaped(entry.status)}"><td>{status_mark(entry.status)}</td>'
        f'<td class="gp-what">{what} {note}</td>'
        f'<td class="gp-wide">{escaped(KINDS.get(entry.kind, entry.kind))}</td>'
        f'<td class="gp-wide">{escaped(cause_words(entry.came_by, entry.retry_of))}</td>'
        f"<td>{moment(entry.started_at or entry.created_at, 'short')}</td>"
        f'<td class="gp-number gp-wide">{took}</td>'
        f'<td class="gp-number gp-wide">{entry.attempts if entry.attempts > 1 else ""}</td>'
        f'<td class="gp-number gp-wide">{escaped(spent_words(entry.cost_usd, entry.tokens))}</td>'
        "</tr>"
    )


def _pages(place: Place, next_cursor: int | None) -> str:
    newest = link(place.at(before=""), "Newest", style="gp-button gp-small")
    older = ""
    if next_cursor is not None:
        older = link(place.at(before=next_cursor), "Older", style="gp-button gp-small")
    shown = (newest if place.get("before") else "") + older
    return f'<nav class="gp-pages" aria-label="Pages of the list">{shown}</nav>' if shown else ""


def _nothing(place: Place) -> str:
    if place.values:
        clear = link(Place({}), "Show all runs", style="gp-button")
        return (
            '<div class="gp-empty"><h2>No run fits</h2><p>Nothing that ran is of this kind, status '
            f"and time. Take a filter away, or look at all of them.</p>{clear}</div>"
        )
    return (
        '<div class="gp-empty"><h2>Everything that runs appears here</h2>'
        "<p>Each message to an agent and each start of a workflow, with what it did step by step, "
        "what it cost, and a way to try it again.</p>"
        '<a class="gp-button gp-primary" href="/app/">Ask something in the chat</a></div>'
    )
