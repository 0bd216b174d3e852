"""Times that people say, as cron lines: "every Monday at 9", "on the first of the month"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.drafting.tokens import Token

_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "last": 28, "fifteenth": 15}
_WHEN: Final = {
    "morning": 9,
    "noon": 12,
    "afternoon": 15,
    "evening": 18,
    "night": 22,
    "midnight": 0,
}
_OFTEN: Final = {"daily": "day", "weekly": "week", "monthly": "month", "hourly": "hour"}
#: When nobody says a time.
_USUAL_HOUR: Final = 9
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s?([ap])?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule, the tokens it was said with, and whether its time is a guess."""

    cron: str
    start: int
    end: int
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days, and after which token; `every` minutes or hours where it is no day at all."""

    fields: str
    end: int
    whole: str = ""
    hour: int | None = None


def find_schedule(tokens: Sequence[Token]) -> Schedule | None:
    """The first schedule of a sentence."""
    for start in range(len(tokens)):
        days = _days(tokens, start)
        if days is None:
            continue
        if days.whole:
            return Schedule(days.whole, start, days.end)
        clock, end = _clock(tokens, days.end)
        first = start
        if clock is None:
            clock, first = _clock_before(tokens, start)
        if clock is None and days.hour is None:
            return Schedule(f"0 {_USUAL_HOUR} {days.fields}", start, days.end, is_guess=True)
        hour, minute = clock or (days.hour or 0, 0)
        if days.hour is not None and days.hour >= 15 and 0 < hour < 12:
            hour += 12
        return Schedule(f"{minute} {hour} {days.fields}", first, max(end, days.end))
    return None


def _days(tokens: Sequence[Token], start: int) -> _Days | None:
    word = tokens[start].word
    if word in _OFTEN:
        return _unit(_OFTEN[word], start + 1)
    if word in ("every", "each"):
        return _every(tokens, start + 1)
    if word == "once" and start + 2 < len(tokens) and tokens[start + 1].word in ("a", "an", "per"):
        return _unit(tokens[start + 2].word, start + 3)
    if word == "on":
        return _on(tokens, start + 1)
    return None


def _every(tokens: Sequence[Token], place: int) -> _Days | None:
    if place >= len(tokens):
        return None
    token = tokens[place]
    if token.kind == "number" and place + 1 < len(tokens):
        return _step(int(token.value), tokens[place + 1].word, place + 2)
    if token.word == "other" and place + 1 < len(tokens):
        return _step(2, tokens[place + 1].word, place + 2)
    if token.word in ("single", "working"):
        return _every(tokens, place + 1)
    return _unit(token.word, place + 1) or _weekdays(tokens, place)


def _step(number: int, unit: str, end: int) -> _Days | None:
    if unit.startswith("min") and 1 <= number <= 59:
        return _Days("", end, f"*/{number} * * * *")
    if unit.startswith("hour") and 1 <= number <= 23:
        return _Days("", end, f"0 */{number} * * *")
    if unit in ("day", "days") and 1 <= number <= 31:
        return _Days(f"*/{number} * *", end)
    return None


def _unit(word: str, end: int) -> _Days | None:
    whole = {"minute": "* * * * *", "hour": "0 * * * *"}
    if word in whole:
        return _Days("", end, whole[word])
    if word in _WHEN and word != "noon":
        return _Days("* * *", end, hour=_WHEN[word])
    fields = {
        "day": "* * *",
        "week": "* * 1",
        "month": "1 * *",
        "year": "1 1 *",
        "weekday": "* * 1-5",
        "weekdays": "* * 1-5",
        "weekend": "* * 0,6",
    }
    return _Days(fields[word], end) if word in fields else None


def _weekdays(tokens: Sequence[Token], place: int) -> _Days | None:
    """One day or several, as in "Monday, Wednesday and Friday"."""
    found: list[int] = []
    end = place
    while place < len(tokens):
        word = tokens[place].word.removesuffix("s")
        if word in _DAYS:
            found.append(_DAYS.index(word))
            end = place + 1
        elif not found or word not in ("and", ",", "&"):
            break
        place += 1
    if not found:
        return None
    part = tokens[end].word if end < len(tokens) else ""
    if part in _WHEN:
        return _Days(f"* * {_listed(found)}", end + 1, hour=_WHEN[part])
    return _Days(f"* * {_listed(found)}", end)


def _listed(days: Sequence[int]) -> str:
    return ",".join(str(day) for day in sorted(set(days)))


def _on(tokens: Sequence[Token], place: int) -> _Days | None:
    """For "on Mondays", "on weekdays", "on the 15th of every month"."""
    if place >= len(tokens):
        return None
    if tokens[place].word in ("weekdays", "weekends"):
        return _unit(tokens[place].word.removesuffix("s"), place + 1)
    if days := _weekdays(tokens, place):
        return days
    if tokens[place].word == "the":
        place += 1
    end = place + 1
    day = _day_of_month(tokens, place)
    if day is not None and end < len(tokens) and tokens[end].word in ("st", "nd", "rd", "th"):
        end += 1
    words = [token.word for token in tokens[end : end + 4]]
    if day is None or "month" not in words:
        return None
    return _Days(f"{day} * *", end + words.index("month") + 1)


def _day_of_month(tokens: Sequence[Token], place: int) -> int | None:
    if place >= len(tokens):
        return None
    token = tokens[place]
    if token.word in _ORDINALS:
        return _ORDINALS[token.word]
    return int(token.value) if token.kind == "number" and 1 <= token.value <= 31 else None


def _clock(tokens: Sequence[Token], place: int) -> tuple[tuple[int, int] | None, int]:
    """A time that stands here, with or without "at", and where it ends."""
    start = place
    while place < len(tokens) and tokens[place].word in ("at", "around", ",", "in", "the", "by"):
        place += 1
    if place >= len(tokens):
        return None, start
    token = tokens[place]
    if token.word in _WHEN:
        return (_WHEN[token.word], 0), place + 1
    has_at = place > start and tokens[place - 1].word in ("at", "around", "by")
    if token.kind == "time" or (token.kind == "number" and has_at):
        return _read_clock(token, tokens, place)
    return None, start


def _read_clock(
    token: Token, tokens: Sequence[Token], place: int
) -> tuple[tuple[int, int] | None, int]:
    found = _CLOCK.match(token.word)
    if not found:
        return None, place
    hour, minute = int(found[1]), int(found[2] or 0)
    end = place + 1
    half = found[3]
    if end < len(tokens) and tokens[end].word in ("o'clock", "baje", "hrs"):
        end += 1
    if half is None and [one.word for one in tokens[end : end + 3]] == ["in", "the", "evening"]:
        half, end = "p", end + 3
    if half == "p" and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    return ((hour, minute) if hour < 24 and minute < 60 else None), end


def _clock_before(tokens: Sequence[Token], start: int) -> tuple[tuple[int, int] | None, int]:
    """For "at 9:30 on weekdays": the time before the days."""
    if start >= 2 and tokens[start - 2].word == "at":
        clock, end = _clock(tokens, start - 2)
        if end == start:
            return clock, start - 2
    return None, start
