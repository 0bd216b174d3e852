"""Times to wait, found in a sentence: "wait 2 days", "after an hour", "1 week later"."""

from collections.abc import Sequence
from typing import Final

from domain.drafting.tokens import Token, text_of

_UNITS: Final = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86400,
    "week": 604800, "month": 2592000,
}  # fmt: skip
_NUMBERS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "ten": 10, "half": 0.5}
_BEFORE: Final = ("wait", "wait for", "after", "delay", "delay for", "delay by", "pause")
_AFTER: Final = ("later", "afterwards", "after that", "baad")


def with_waits(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each wait as one token of its own, whose value is the seconds."""
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        wait, end = _wait(tokens, place)
        if wait is None:
            found.append(tokens[place])
            place += 1
            continue
        found.append(Token("wait", text_of(tokens[place:end]), "<wait>", wait))
        place = end
    return found


def seconds_of(tokens: Sequence[Token]) -> int | None:
    """The first duration in these tokens."""
    for place in range(len(tokens)):
        seconds, _ = _duration(tokens, place)
        if seconds is not None:
            return seconds
    return None


def _wait(tokens: Sequence[Token], start: int) -> tuple[int | None, int]:
    for cue in sorted(_BEFORE, key=len, reverse=True):
        words = cue.split()
        if [one.word for one in tokens[start : start + len(words)]] == words:
            return _duration(tokens, start + len(words))
    seconds, end = _duration(tokens, start)
    if seconds is None:
        return None, start
    for cue in _AFTER:
        words = cue.split()
        if [one.word for one in tokens[end : end + len(words)]] == words:
            return seconds, end + len(words)
    return None, start


def _duration(tokens: Sequence[Token], place: int) -> tuple[int | None, int]:
    if place + 1 >= len(tokens):
        return None, place
    number, unit = tokens[place], tokens[place + 1].word.removesuffix("s")
    amount = number.value if number.kind == "number" else _NUMBERS.get(number.word)
    if unit in ("a", "an") and place + 2 < len(tokens):
        place, unit = place + 1, tokens[place + 2].word.removesuffix("s")
    if amount is None or unit not in _UNITS:
        return None, place
    return int(amount * _UNITS[unit]), place + 2
