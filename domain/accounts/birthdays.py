"""The birthday in what Google's People API tells of a person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast


def birthday_of(person: Mapping[str, Any]) -> date | None:
    """The birthday that the person's own account has; None when it is not told with its year."""
    entries: Any = person.get("birthdays")
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return None
    for entry in cast(Sequence[Any], entries):
        if not isinstance(entry, Mapping):
            continue
        told: Any = cast(Mapping[str, Any], entry).get("date")
        if isinstance(told, Mapping) and (found := _date(cast(Mapping[str, Any], told))):
            return found
    return None


def _date(told: Mapping[str, Any]) -> date | None:
    parts = [told.get(name) for name in ("year", "month", "day")]
    numbers = [part for part in parts if isinstance(part, int) and part > 0]
    if len(numbers) != len(parts):
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None
