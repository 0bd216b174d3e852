"""One run's head: how it stands, where it came from, what can be done, and its parts as tabs."""

from collections.abc import Sequence
from typing import Final

from ui import markup
from ui.markup import button, counted, duration_words, escaped, icon, moment
from ui.pages.runs.addresses import VIEWS, Place, link
from ui.pages.runs.words import (
    KINDS,
    cause_words,
    spent_words,
    status_mark,
)
from ui.runs_models import FAILED, RetryPlan, RunEntry

_TITLES: Final = {"timeline": "Timeline", "events": "Events", "state": "State"}
_STARTS: Final = {"failed_node": "where it failed", "start": "the start"}


def heading(menu: str, entry: RunEntry, place: Place) -> str:
    """The run's name as h1, with what can be done about it."""
    html = markup.heading(entry.name, "", menu, _actions(entry, place))
    return f'<div class="gp-addressed" data-address="{escaped(place.address)}">{html}</div>'


def missing(menu: str, place: Place) -> str:
    """The head where there is no such run."""
    html = markup.heading("This run is not there", "", menu)
    return f'<div class="gp-addressed" data-address="{escaped(place.address)}">{html}</div>'


def not_there(reason: str) -> str:
    """What stands in place of a run that is not there, or is somebody else's."""
    back = link(Place({}), "Show all runs", style="gp-button")
    return (
        f'<div class="gp-empty" data-testid="not-there"><h2>There is no such run</h2>'
        f"<p>{escaped(reason)} It may have been deleted with its conversation, or it belongs to "
        f"somebody else.</p>{back}</div>"
    )


def _actions(entry: RunEntry, place: Place) -> str:
    buttons = ""
    if entry.can_be_cancelled:
        buttons = button("Cancel", "cancel", confirm="Cancel it?")
    elif entry.kind == "workflow" and entry.workflow_id and entry.status in FAILED:
        buttons = link(place.at(retry="auto"), "Retry", style="gp-button gp-primary")
    elif entry.kind == "chat" and entry.came_by == "message":
        style = "gp-primary" if entry.status in FAILED else ""
        buttons = button("Ask again", "ask-again", style=style)
    return f'<span class="gp-run-actions">{buttons}</span>'


def summary(entry: RunEntry, place: Place) -> str:
    """The facts in one line, links to where it belongs, and the tabs."""
    facts = [status_mark(entry.status), escaped(KINDS.get(entry.kind, entry.kind))]
    if entry.version:
        facts.append(f"Version {entry.version}")
    if entry.kind != "workflow":
        facts.append(escaped(entry.assistant))
    facts.append(escaped(cause_words(entry.came_by, entry.retry_of)))
    facts.append(f"Started {moment(entry.started_at or entry.created_at, 'full')}")
    if entry.duration_s is not None:
        facts.append(f"Took {duration_words(entry.duration_s)}")
    elif entry.is_moving and entry.started_at:
        since = entry.started_at.isoformat()
        facts.append(f'<span class="gp-elapsed" data-since="{since}"></span>')
    if entry.attempts > 1:
        facts.append(counted(entry.attempts, "try", "tries"))
    if spent := spent_words(entry.cost_usd, entry.tokens):
        facts.append(escaped(spent))
    items = "".join(f"<li>{fact}</li>" for fact in facts if fact)
    failure = ""
    if entry.error and entry.status in FAILED:
        failure = markup.notice(entry.error)
    return (
        f'<ul class="gp-facts" data-testid="run-facts">{items}</ul>{_links(entry)}{failure}'
        f"{_tabs(place)}"
    )


def _links(entry: RunEntry) -> str:
    found = [link(Place({}), "All runs", style="gp-link")]
    if entry.workflow_id:
        address = f"/app/workflows?id={entry.workflow_id}&run={entry.run_id}"
        words = f"{icon('flow')}Open the workflow on the canvas"
        found.append(f'<a class="gp-link" href="{escaped(address)}">{words}</a>')
    elif entry.kind == "chat":
        address = f"/app/?thread={entry.thread_id}"
        words = f"{icon('chat')}Open the conversation"
        found.append(f'<a class="gp-link" href="{escaped(address)}">{words}</a>')
    if entry.retry_of:
        before = Place({"id": entry.retry_of})
        found.append(link(before, f"{icon('retry')}The run before", style="gp-link"))
    return f'<p class="gp-run-links">{"".join(found)}</p>'


def _tabs(place: Place) -> str:
    tabs = "".join(
        link(
            Place({"id": place.run_id, "view": view}),
            _TITLES[view],
            style="gp-tab",
            attributes='aria-current="page"' if view == place.view else "",
        )
        for view in VIEWS
    )
    return f'<nav class="gp-tabs" aria-label="Parts of the run">{tabs}</nav>'


def retry_form(plan: RetryPlan, place: Place, version: int | None) -> str:
    """What trying again would do, and the button that does it once the repeats are known."""
    other = "start" if plan.start == "failed_node" else "failed_node"
    latest = place.get("version") == "latest"
    ways = link(place.at(retry=other), f"From {_STARTS[other]} instead", style="gp-link")
    ways += link(
        place.at(version="" if latest else "latest"),
        f"With version {version} instead" if latest else "With the latest version instead",
        style="gp-link",
    )
    repeats = "".join(
        f'<label class="gp-check"><input type="checkbox" name="repeat:{escaped(each.effect_key)}"'
        f" required><span><strong>{escaped(each.service)}.{escaped(each.task)}</strong> of "
        f"{escaped(each.path)} may happen a second time{_reference(each.reference)}</span></label>"
        for each in plan.repeats
    )
    acknowledged = (
        f"<fieldset><legend>Acknowledge {counted(len(plan.repeats), 'repeat')}</legend>{repeats}"
        "</fieldset>"
        if repeats
        else "<p>Nothing that was sent is sent a second time.</p>"
    )
    return (
        '<form class="gp-retry" data-action="retry" data-testid="retry-plan"'
        f' data-plan="{escaped(plan.plan_id)}"><h2>Try again from {_STARTS[plan.start]}, version '
        f"{plan.version}</h2><dl>{_named('Kept as they are', plan.reused)}"
        f"{_named('Run again', plan.reruns)}</dl>{acknowledged}"
        '<p class="gp-retry-buttons"><button type="submit" class="gp-button">Try again</button>'
        f"{link(place.at(retry='', version=''), 'Leave it', style='gp-button gp-bare')}</p>"
        f'<p class="gp-run-links">{ways}</p></form>'
    )


def retry_refused(reason: str, place: Place) -> str:
    """Why it cannot be tried again, in the server's words."""
    ways = link(place.at(retry="start", version=""), "From the start", style="gp-button gp-small")
    leave = link(place.at(retry="", version=""), "Leave it", style="gp-button gp-small gp-bare")
    return (
        f'<section class="gp-retry" data-testid="retry-refused">{markup.notice(reason)}'
        f'<p class="gp-retry-buttons">{ways}{leave}</p></section>'
    )


def _named(title: str, nodes: Sequence[str]) -> str:
    words = ", ".join(escaped(node) for node in nodes) or "None"
    return f"<div><dt>{title}</dt><dd>{words}</dd></div>"


def _reference(reference: str | None) -> str:
    return f" (done as {escaped(reference)})" if reference else ""
