"""Schedules as people say them: `Every weekday at 09:00 IST`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.schedules import FIELDS, line_of

_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAY_NAMES: Final[Mapping[str, int]] = {day[:3].lower(): n for n, day in enumerate(_DAYS)}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_WEEKDAYS: Final = (1, 2, 3, 4, 5)
#: More times a day than this are no sentence any more.
_MOST_TIMES: Final = 4


def in_words(cron: str, time_zone: str, now: datetime) -> str:
    """A schedule in words; one that is too intricate for words is shown as it is written."""
    fields = line_of(cron).split()
    said = _said(fields) if len(fields) == FIELDS else None
    if said is None:
        return f"On the schedule {cron.strip()} ({time_zone})"
    has_moment = " at " in said
    return f"{said} {zone_name(time_zone, now)}" if has_moment else said


def zone_name(time_zone: str, now: datetime) -> str:
    """What people call a time zone: `IST`; its full name where there is no short one."""
    try:
        short = now.astimezone(ZoneInfo(time_zone)).strftime("%Z")
    except (ZoneInfoNotFoundError, ValueError):
        return time_zone
    return short if short.isalpha() else time_zone


def _said(fields: Sequence[str]) -> str | None:
    minute, hour, day, month, weekday = fields
    if (day, month, weekday) == ("*", "*", "*") and hour == "*":
        return _within_hours(minute)
    if (day, month, weekday) == ("*", "*", "*") and minute.isdigit() and hour.startswith("*/"):
        return f"Every {hour[2:]} hours" + ("" if int(minute) == 0 else f", {int(minute)} min past")
    times, days = _times(minute, hour), _which_days(day, month, weekday)
    return f"{days} at {times}" if times and days else None


def _within_hours(minute: str) -> str | None:
    if minute in ("*", "*/1"):
        return "Every minute"
    if minute.startswith("*/") and minute[2:].isdigit():
        return f"Every {minute[2:]} minutes"
    if not minute.isdigit():
        return None
    return "Every hour" if int(minute) == 0 else f"Every hour, {int(minute)} min past"


def _times(minute: str, hour: str) -> str | None:
    hours = hour.split(",")
    if not minute.isdigit() or not all(map(str.isdigit, hours)) or len(hours) > _MOST_TIMES:
        return None
    return _listed([f"{int(each):02}:{int(minute):02}" for each in hours])


def _which_days(day: str, month: str, weekday: str) -> str | None:
    if (day, month, weekday) == ("*", "*", "*"):
        return "Every day"
    if (day, month) == ("*", "*"):
        return _weekdays(weekday)
    if weekday != "*" or not day.isdigit():
        return None
    if month == "*":
        return f"Every month on day {int(day)}"
    if month.isdigit() and 1 <= int(month) <= len(_MONTHS):
        return f"Every year on {int(day)} {_MONTHS[int(month) - 1]}"
    return None


def _weekdays(field: str) -> str | None:
    days: list[int] = []
    for part in field.lower().split(","):
        ends = [_weekday(end) for end in part.split("-")]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2:
            return None
        # Sunday is also 7: the last day of a range that begins on another.
        days += range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
    numbers = tuple(sorted(set(days)))
    if numbers == _WEEKDAYS:
        return "Every weekday"
    if numbers == (0, 6):
        return "Every Saturday and Sunday"
    if len(numbers) == len(_DAYS):
        return "Every day"
    return f"Every {_listed([_DAYS[number] for number in numbers])}"


def _weekday(text: str) -> int | None:
    if text.isdigit() and int(text) <= len(_DAYS):
        return int(text) % len(_DAYS)
    return _DAY_NAMES.get(text)


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
