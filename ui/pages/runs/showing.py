"""What the page shows of a place, now and after every change, until it rests."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from ui.api_client import ApiError
from ui.batches import batches
from ui.event_fields import EventJson, path_of, run_of
from ui.pages.runs import event_views, list_views, run_views, state_views
from ui.pages.runs.addresses import Place
from ui.pages.runs.list_views import PERIODS
from ui.pages.runs.timeline_views import Waterfall
from ui.pages.shell import menu_button
from ui.reducer import reduce_all
from ui.run_trace import trace_of
from ui.runs_client import EventQuery, RunsClient
from ui.runs_models import Checkpoint, RunEntry
from ui.transcript import Interrupt, Transcript

#: How long between two looks at a list, or a page of a log, in which something is under way.
LOOK_S: Final = 1.5
#: How long a log may be silent before its run is looked at again.
QUIET_S: Final = 2.0
#: What waits is followed for so many silent looks: it may wait for a moment that comes soon.
PATIENCE: Final = 30
#: More events than this make no timeline that anybody reads.
MOST_EVENTS: Final = 20_000
NOT_FOUND: Final = (404, 422)
#: Questions that have a place of their own.
_ASKED_ELSEWHERE: Final = ("approval", "wait")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the parts of the page show."""

    head: str
    top: str = ""
    body: str = ""
    #: Questions that are answered in place, and the thread that they are of.
    questions: tuple[Interrupt, ...] = ()
    thread_id: str = ""


async def shown_at(client: RunsClient, place: Place, draft: str | None) -> AsyncGenerator[Shown]:
    """The list or the run that an address names; raises ApiError.

    `draft` is a state that somebody was editing when it could not be used.
    """
    if not place.run_id:
        async for shown in _list(client, place):
            yield shown
        return
    try:
        entry = await client.entry(place.run_id)
    except ApiError as error:
        if error.status not in NOT_FOUND:
            raise
        said = str(error) if error.status == NOT_FOUND[0] else "This is not the id of a run."
        yield Shown(run_views.missing(menu_button(), place), body=run_views.not_there(said))
        return
    views = {"events": _events, "state": _state}
    if place.view in views:
        source = views[place.view](client, entry, place, draft)
    else:
        source = _timeline(client, entry, place)
    retry = await _retry(client, entry, place)
    async for shown in source:
        yield replace(shown, top=shown.top + retry)


async def _list(client: RunsClient, place: Place) -> AsyncIterator[Shown]:
    workflows, assistants = await asyncio.gather(client.workflows(), client.assistants())
    narrows = list_views.filters(place, workflows, assistants)
    while True:
        found = await client.entries(_parameters(place))
        entries = found.entries
        line = list_views.live_line(entries, is_narrowed=bool(place.values))
        yield Shown(
            list_views.heading(menu_button(), line, place),
            narrows if entries or place.values else "",
            list_views.table(entries, place, found.next_cursor),
        )
        if not any(entry.is_moving for entry in entries):
            return
        await asyncio.sleep(LOOK_S)


def _parameters(place: Place) -> dict[str, str | int]:
    """The address' filters as the API takes them."""
    names = {"kind": "kind", "status": "status", "workflow": "workflow_id"}
    names |= {"assistant": "assistant_id", "q": "q"}
    found: dict[str, str | int] = {
        known: place.get(name) for name, known in names.items() if place.get(name)
    }
    if period := PERIODS.get(place.get("period")):
        since = datetime.now(UTC) - timedelta(hours=period[1])
        found["since"] = since.isoformat()
    if before := place.number("before"):
        found["before"] = before
    return found


def _frame(entry: RunEntry, place: Place, body: str) -> Shown:
    head = run_views.heading(menu_button(), entry, place)
    return Shown(head, run_views.summary(entry, place), body, thread_id=entry.thread_id)


async def _timeline(client: RunsClient, entry: RunEntry, place: Place) -> AsyncIterator[Shown]:
    log, is_cut = await client.log(entry.run_id, MOST_EVENTS)
    yield _drawn(entry, place, log, is_cut=is_cut)
    if is_cut or not entry.is_under_way:
        return
    events = client.api.events(entry.thread_id, int(log[-1]["seq"]) if log else 0)
    changes = batches(events, QUIET_S)
    silent = 0
    try:
        async for batch in changes:
            log += [event for event in batch if _belongs(event, entry)]
            silent = 0 if batch else silent + 1
            if not batch or any(_is_mark(event) for event in batch):
                entry = await client.entry(entry.run_id)
            yield _drawn(entry, place, log, is_cut=False)
            if not entry.is_under_way and (not batch or _is_mark(batch[-1])):
                return
            if entry.status == "waiting" and silent >= PATIENCE:
                return
    finally:
        await changes.aclose()
        await events.aclose()


def _belongs(event: EventJson, entry: RunEntry) -> bool:
    """A conversation's other runs are entries of their own."""
    return entry.kind == "workflow" or run_of(event) in entry.runs


def _is_mark(event: EventJson) -> bool:
    return event["type"] == "end" or (len(path_of(event)) == 1 and event["type"] == "agent_started")


def _drawn(entry: RunEntry, place: Place, log: list[EventJson], *, is_cut: bool) -> Shown:
    trace = trace_of(log, is_workflow=entry.kind == "workflow")
    body = Waterfall(trace, entry, place, datetime.now(UTC)).shown(is_cut=is_cut)
    shown = _frame(entry, place, body)
    return replace(shown, questions=_questions(log)) if entry.status == "waiting" else shown


def _questions(log: list[EventJson]) -> tuple[Interrupt, ...]:
    """What a person can answer here; approvals and waits are settled elsewhere."""
    marks = ("agent_started", "interrupt", "end")
    state = reduce_all(Transcript(), (event for event in log if event["type"] in marks))
    return tuple(each for each in state.interrupts if _kind(each) not in _ASKED_ELSEWHERE)


def _kind(asked: Interrupt) -> str:
    value: Any = asked.value
    return str(cast(Mapping[str, Any], value).get("kind")) if isinstance(value, Mapping) else ""


async def _events(
    client: RunsClient, entry: RunEntry, place: Place, draft: str | None
) -> AsyncIterator[Shown]:
    query = EventQuery(
        after=place.number("after") or 0,
        before=place.number("before"),
        type=place.get("type"),
        limit=event_views.PAGE,
    )
    while True:
        part = await client.events(entry.run_id, query)
        yield _frame(entry, place, event_views.event_log(part, place))
        is_last = query.before is None and not part.has_more
        if not entry.is_moving or not is_last:
            return
        await asyncio.sleep(LOOK_S)
        entry = await client.entry(entry.run_id)


async def _state(
    client: RunsClient, entry: RunEntry, place: Place, draft: str | None
) -> AsyncIterator[Shown]:
    of_run = None if entry.kind == "workflow" else entry.run_id
    until = place.get("until") or None
    history = await client.history(entry.thread_id, of_run, state_views.PAGE + 1, until)
    has_more = len(history) > state_views.PAGE
    history = history[: state_views.PAGE]
    chosen = state_views.chosen_of(history, place)
    form = await _checkpoint(client, entry, chosen, place, draft) if chosen else ""
    marked = place.at(checkpoint=chosen.checkpoint_id) if chosen else place
    body = state_views.inspector(history, marked, form, has_more=has_more)
    yield _frame(entry, place, body)


async def _checkpoint(
    client: RunsClient, entry: RunEntry, chosen: Checkpoint, place: Place, draft: str | None
) -> str:
    whole = await client.checkpoint(entry.thread_id, chosen.checkpoint_id)
    before = None
    if chosen.parent_checkpoint_id:
        try:
            before = await client.checkpoint(entry.thread_id, chosen.parent_checkpoint_id)
        except ApiError as error:
            if error.status not in NOT_FOUND:
                raise  # What is cleared away is no longer there to compare with.
    return state_views.checkpoint_view(whole, before, place, draft)


async def _retry(client: RunsClient, entry: RunEntry, place: Place) -> str:
    start = place.get("retry")
    if not start or not entry.workflow_id:
        return ""
    version = place.get("version") or "same"
    try:
        plan = await client.retry_plan(entry.run_id, "" if start == "auto" else start, version)
    except ApiError as error:
        return run_views.retry_refused(str(error), place)
    return run_views.retry_form(plan, place, entry.version)
