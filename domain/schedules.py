"""Schedules: when they fire, and what becomes of times at which they could not.

Local times that a change of the clocks skips fire once after the gap; those that come twice, once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from domain.errors import InvalidInput

Missed = Literal["skip", "once", "all"]
Overlap = Literal["skip", "queue", "allow", "cancel_previous"]

#: Of times that passed during an outage, at most so many are made up for.
MOST_MISSED: Final = 24
#: Older ones were missed; within this a ticker was only late.
LATE: Final = timedelta(seconds=60)

_NAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    }
)
#: Of a line: minute, hour, day, month, day of the week.
FIELDS: Final = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something starts."""

    cron: str
    time_zone: str = "UTC"
    missed: Missed = "once"
    overlap: Overlap = "queue"


@dataclass(frozen=True, slots=True)
class Due:
    """What a schedule that is due starts now, and when it comes again."""

    moments: tuple[datetime, ...]
    next_at: datetime | None


def schedule_of(params: Mapping[str, Any]) -> Schedule:
    """The schedule of a trigger's parameters; raises `InvalidInput`."""
    known = {name: params[name] for name in Schedule.__slots__ if params.get(name) is not None}
    schedule = Schedule(**known)
    next(moments_after(schedule, datetime(2000, 1, 1, tzinfo=UTC)), None)
    return schedule


def line_of(cron: str) -> str:
    """A schedule's five fields, also of one that is said by a name such as `@daily`."""
    return _NAMED.get(cron.strip().lower(), cron)


def moments_after(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """The moments after one, in UTC and in order, each once; raises `InvalidInput`."""
    line = line_of(schedule.cron)
    if len(line.split()) != FIELDS:
        raise _no_schedule(schedule.cron)
    try:
        zone = ZoneInfo(schedule.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            f"{schedule.time_zone} is no time zone. Give one such as Asia/Kolkata or UTC."
        ) from error
    try:
        # From before the change of the clocks that may be just now: what it moved behind `after`
        # is found only from there.
        local = (after - timedelta(hours=3)).astimezone(zone)
        found = CronSim(line, local if schedule.time_zone != "UTC" else local.astimezone(UTC))
    except CronSimError as error:
        raise _no_schedule(schedule.cron) from error
    return _rising(found, after)


def due(schedule: Schedule, planned: datetime, now: datetime, *, has_waited: bool = False) -> Due:
    """What to start of a schedule whose next moment was planned for then, and has come.

    One that has waited for the run before starts for the newest moment of that time.
    """
    passed: list[datetime] = []
    following = None
    for moment in moments_after(schedule, planned - timedelta(seconds=1)):
        if moment > now:
            following = moment
            break
        # Of a long outage only the end counts, however long the list would be.
        passed = [*passed[-MOST_MISSED:], moment]
    if has_waited:
        return Due(tuple(passed[-1:]), following)
    missed = [moment for moment in passed if now - moment > LATE]
    in_time = [moment for moment in passed if now - moment <= LATE]
    match schedule.missed:
        case "skip":
            made_up: list[datetime] = []
        case "once":
            made_up = [] if in_time else missed[-1:]
        case "all":
            made_up = missed[-MOST_MISSED:]
    return Due((*made_up, *in_time), following)


def shown_moments(schedule: Schedule, after: datetime, count: int = 3) -> list[str]:
    """The next moments as people read them, in the schedule's own time zone."""
    zone = ZoneInfo(schedule.time_zone)
    found = moments_after(schedule, after)
    return [
        moment.astimezone(zone).strftime("%a %d %b %Y, %H:%M %Z")
        for moment, _ in zip(found, range(count), strict=False)
    ]


def _rising(found: CronSim, after: datetime) -> Iterator[datetime]:
    last = after
    while True:
        try:
            moment = next(found)
        except StopIteration:
            return
        at = moment.astimezone(UTC)
        if at > last:
            yield at
            last = at


def _no_schedule(cron: str) -> InvalidInput:
    return InvalidInput(
        f"{cron} is no schedule. Give minute, hour, day, month and weekday, as in 0 9 * * 1-5."
    )
