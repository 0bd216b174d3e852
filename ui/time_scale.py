"""Times as places on a line: work in proportion, long waits shortened and marked as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: A wait takes at most this part of what all work takes, so that the work stays readable.
WAIT_SHARE: Final = 0.12
#: Even work that takes no time has some room.
LEAST: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which a run was at work; without an end it still is."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the line: where it begins and ends in time, and from where to where it goes."""

    started_at: datetime
    ended_at: datetime
    start: float
    end: float
    is_wait: bool

    @property
    def duration(self) -> timedelta:
        """How long it took."""
        return self.ended_at - self.started_at


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The line, in parts from 0 to 100."""

    segments: tuple[Segment, ...]

    @staticmethod
    def over(windows: Sequence[Window], now: datetime) -> "TimeScale":
        """The line over these windows; the waits are what lies between them."""
        pieces = _pieces(windows, now)
        work = sum((piece[1] for piece in pieces if not piece[2]), timedelta()) or LEAST
        most = work * WAIT_SHARE
        shown = [min(length, most) if is_wait else length for _, length, is_wait in pieces]
        whole = sum(shown, timedelta()) or LEAST
        segments: list[Segment] = []
        at = 0.0
        for (start, length, is_wait), room in zip(pieces, shown, strict=True):
            end = at + 100 * (room / whole)
            segments.append(Segment(start, start + length, at, end, is_wait))
            at = end
        return TimeScale(tuple(segments))

    @property
    def waits(self) -> list[Segment]:
        """Where nothing was done."""
        return [segment for segment in self.segments if segment.is_wait]

    @property
    def worked(self) -> timedelta:
        """How long there was work."""
        return sum((s.duration for s in self.segments if not s.is_wait), timedelta())

    def place(self, moment: datetime) -> float:
        """Where a moment lies; what lies outside is put on the nearer end."""
        for segment in self.segments:
            if moment < segment.started_at:
                return segment.start
            if moment <= segment.ended_at:
                part = (moment - segment.started_at) / (segment.duration or LEAST)
                return segment.start + part * (segment.end - segment.start)
        return 100.0


def _pieces(windows: Sequence[Window], now: datetime) -> list[tuple[datetime, timedelta, bool]]:
    """Work and waits one after the other: beginning, length, whether it is a wait."""
    pieces: list[tuple[datetime, timedelta, bool]] = []
    reached: datetime | None = None
    for window in sorted(windows, key=lambda each: each.started_at):
        start, end = window.started_at, max(window.ended_at or now, window.started_at)
        if reached is not None and start > reached:
            pieces.append((reached, start - reached, True))
        elif reached is not None:
            start = reached
        if end > start or not pieces:
            pieces.append((start, max(end - start, LEAST), False))
        reached = max(reached or end, end)
    return pieces
