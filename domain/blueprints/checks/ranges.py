"""Times, numbers and people: whether they are within what is accepted."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, cast

from domain.blueprints.blueprint import Blueprint, Node
from domain.blueprints.built_in import params_schema
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.problems import Place, Problem, problem
from domain.errors import InvalidInput
from domain.schedules import Schedule, schedule_of, shown_moments

MOST_WAIT_S: Final = 30 * 24 * 3600
MOST_RETRIES: Final = 10
MOST_RETRY_DELAY_S: Final = 3600
MOST_NODE_TIMEOUT_S: Final = 3600
MOST_RUN_TIMEOUT_S: Final = 24 * 3600

_EXAMPLE_CRON: Final = "0 9 * * 1-5"
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def setting_ranges(blueprint: Blueprint, catalogue: Catalogue) -> Iterator[Problem]:
    """The whole workflow's time zone and time."""
    settings = blueprint.settings
    if settings.time_zone is not None and settings.time_zone not in catalogue.time_zones:
        yield _unknown_zone(Place("settings.time_zone"))
    timeout = settings.run_timeout
    if timeout is not None and not 1 <= timeout <= MOST_RUN_TIMEOUT_S:
        yield problem(
            "timeout_range",
            Place("settings.run_timeout"),
            "A run cannot have this much time.",
            f"Give 1 to {MOST_RUN_TIMEOUT_S:,} seconds.",
        )


def node_ranges(node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    """The same for one node."""
    yield from _retry_problems(node)
    yield from _formats(node, catalogue)
    if node.type == "wait":
        yield from _wait_problems(node)
    if node.type == "approval":
        yield from _approval_problems(node, catalogue)


def is_cron(text: str) -> bool:
    """Whether a text is a cron line of five fields, or a name for one."""
    try:
        schedule_of({"cron": text})
    except InvalidInput:
        return False
    return True


def _cron_advice(now: datetime | None) -> str:
    advice = (
        f"Give minute, hour, day, month and weekday, as in {_EXAMPLE_CRON} for nine o'clock on "
        "working days"
    )
    if now is None:
        return f"{advice}."
    moments = shown_moments(Schedule(_EXAMPLE_CRON), now)
    return f"{advice}: that is next on {'; '.join(moments)}."


def _retry_problems(node: Node) -> Iterator[Problem]:
    handling = node.data.error_handling
    limits = (
        ("retry_range", "retry_count", handling.retry_count, 0, MOST_RETRIES),
        ("retry_range", "retry_delay", handling.retry_delay, 0, MOST_RETRY_DELAY_S),
        ("timeout_range", "timeout", handling.timeout, 1, MOST_NODE_TIMEOUT_S),
    )
    for code, name, value, least, most in limits:
        if value is not None and not least <= value <= most:
            unit = "" if name == "retry_count" else " seconds"
            yield problem(
                code,
                Place(f"data.error_handling.{name}", node_id=node.id),
                "The number is outside what is accepted.",
                f"Give {least} to {most:,}{unit}.",
            )


def _formats(node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    schema = params_schema(node, catalogue) or {}
    properties = cast(Mapping[str, Mapping[str, Any]], schema.get("properties", {}))
    for name, declared in properties.items():
        value = node.data.params.get(name)
        if not isinstance(value, str) or "{{" in value:
            continue
        place = Place(f"data.params.{name}", node_id=node.id)
        if declared.get("format") == "cron" and not is_cron(value):
            yield problem(
                "cron",
                place,
                "This is no schedule.",
                _cron_advice(catalogue.now),
                ("0 9 * * *", _EXAMPLE_CRON, "*/15 * * * *"),
            )
        if declared.get("format") == "time-zone" and value not in catalogue.time_zones:
            yield _unknown_zone(place)


def _unknown_zone(place: Place) -> Problem:
    return problem(
        "time_zone", place, "There is no such time zone.", "Give one such as Asia/Kolkata or UTC."
    )


def _wait_problems(node: Node) -> Iterator[Problem]:
    params = node.data.params
    seconds, until = params.get("seconds"), params.get("until")
    given = [name for name in ("seconds", "until", "event") if params.get(name) is not None]
    if "event" in given and "until" not in given:
        # With an event, the seconds say when to stop waiting for it.
        given = ["event"]
    if len(given) != 1:
        yield problem(
            "wait_range",
            Place("data.params", node_id=node.id),
            "It is not clear how long to wait.",
            "Give one of seconds, until or event.",
        )
    if isinstance(seconds, int | float) and not 1 <= seconds <= MOST_WAIT_S:
        yield problem(
            "wait_range",
            Place("data.params.seconds", node_id=node.id),
            "A step cannot wait this long.",
            f"Give 1 to {MOST_WAIT_S:,} seconds, which are 30 days.",
        )
    if isinstance(until, str) and "{{" not in until and not _is_moment(until):
        yield problem(
            "wait_range",
            Place("data.params.until", node_id=node.id),
            "This is no moment.",
            "Give a date and a time, as in 2030-01-31T09:00.",
        )


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _approval_problems(node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    given = node.data.params.get("approvers")
    if not isinstance(given, list):
        return
    people, is_known = 0, True
    for place, approver in enumerate(cast(list[Any], given)):
        if not isinstance(approver, str) or "{{" in approver:
            is_known = False
        elif approver in catalogue.approvers or _EMAIL.fullmatch(approver):
            people += catalogue.approvers.get(approver, 1)
        else:
            is_known = False
            yield problem(
                "approver_unknown",
                Place(f"data.params.approvers.{place}", node_id=node.id),
                "There is nobody of this name.",
                "Give a user, a role or an e-mail address.",
                tuple(catalogue.approvers)[:10],
            )
    quorum = node.data.params.get("quorum", 1)
    if is_known and isinstance(quorum, int) and quorum > people:
        yield problem(
            "quorum",
            Place("data.params.quorum", node_id=node.id),
            "More votes are needed than there are people to vote.",
            f"Ask for {people} or fewer." if people else "Add somebody who may approve.",
        )
