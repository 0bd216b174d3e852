"""Wait nodes, and the timer's tasks: one step begins to wait, the next goes on with what came."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from langgraph.types import interrupt

from domain.blueprints.blueprint import Node
from domain.blueprints.templates import resolve
from domain.errors import InvalidInput
from domain.workflows.waiting import MOST_WAIT_S, WaitRequest, wait_question, wait_schema
from nodes.workflow.step import At, Done, NoWaiting

#: The tasks that are a pause of the run rather than a call.
_TIMER_TASKS: Final = frozenset({"wait_for", "wait_until"})


class UnusableTime(InvalidInput):
    """A time of a wait that is none."""

    def __init__(self, node_id: str, field: str, expected: str) -> None:
        super().__init__(f"The field {field} of {node_id} is no time to wait. Give {expected}.")


def is_wait(node: Node) -> bool:
    """Whether the node is a pause of the run for a time or an event."""
    return node.type == "wait" or (node.data.service == "timer" and node.data.task in _TIMER_TASKS)


async def begin_wait(at: At) -> Done:
    """Have it kept what the run waits for; asking again, after a crash, changes nothing."""
    params = resolve(at.node.id, at.node.data.params, at.names)
    request = _request(at, params)
    waiting = at.workflows.waiting
    if waiting is None:
        raise NoWaiting
    wait_id = await waiting.wait(at.context.user, request)
    question = {"title": at.node.title or at.node.id, **wait_question(wait_id, request)}
    return Done({"question": question, "params": params, "until": _end_of(request)})


async def waited(at: At) -> Done:
    """Go on with what came: the moment, or the event, or nothing in time."""
    asked: Mapping[str, Any] = at.prepared
    answer: Mapping[str, Any] = interrupt(asked["question"], response_schema=wait_schema())
    at.telling.begin(asked["params"])
    if asked["question"]["event"] is None:
        return Done({"until": asked["until"]})
    outcome = str(answer["outcome"])
    return Done({"outcome": outcome, "data": answer.get("data")}, outcome)


def _request(at: At, params: Mapping[str, Any]) -> WaitRequest:
    event, key = params.get("event"), params.get("key")
    seconds, until = _seconds(at, params.get("seconds")), _moment(at, params.get("until"))
    place: dict[str, Any] = {
        "root_run_id": at.root_run_id,
        "thread_id": at.thread_id,
        "workflow_id": at.workflow_id,
        "node_id": at.node.id,
        "path": at.path,
    }
    if event is None:
        return WaitRequest(**place, seconds=seconds, until=until)
    # Beside an event, a time says when to stop waiting for it.
    expires_at = until if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    named = None if key is None else str(key)
    return WaitRequest(**place, event=str(event), key=named, expires_at=expires_at)


def _end_of(request: WaitRequest) -> str | None:
    """The moment that is waited for, by this process's clock."""
    if request.until is not None:
        return request.until.isoformat()
    if request.seconds is None:
        return None
    return (datetime.now(UTC) + timedelta(seconds=request.seconds)).isoformat()


def _seconds(at: At, given: Any) -> float | None:
    """So many seconds; a template may bring them as text."""
    if given is None:
        return None
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = -1.0
    # Written so that what is no number at all is refused as well.
    if isinstance(given, bool) or not 0 <= seconds <= MOST_WAIT_S:
        expected = f"0 to {MOST_WAIT_S:,.0f} seconds, which are 30 days"
        raise UnusableTime(at.node.id, "seconds", expected)
    return seconds


def _moment(at: At, given: Any) -> datetime | None:
    """A moment; one without a time zone is in the workflow's."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        expected = "a date and a time, as in 2030-01-31T09:00"
        raise UnusableTime(at.node.id, "until", expected) from None
    if moment.tzinfo is not None:
        return moment
    name = str(at.settings.get("time_zone") or "UTC")
    try:
        return moment.replace(tzinfo=ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(f"There is no time zone {name}. Change the workflow's.") from None
