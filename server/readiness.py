"""How the parts of the service stand, and since when: one object that everybody reports to."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

logger = logging.getLogger(__name__)

PartStatus = Literal["ok", "degraded", "down"]
PartName = Literal["database", "listener", "worker", "queue", "disk"]


@dataclass(frozen=True, slots=True)
class PartState:
    """How a part stands."""

    status: PartStatus
    #: When it came to this status, be it a good or a bad one.
    since: datetime
    #: What is wrong and what helps, for people.
    reason: str | None = None
    #: What was counted last: living workers, waiting runs, free megabytes.
    count: int = 0


class Readiness:
    """The parts as they were seen last."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Everything is well until something else is noted."""
        self._now = now
        self._begun_at = now()
        self._parts: dict[PartName, PartState] = {}

    def note(
        self,
        part: PartName,
        status: PartStatus,
        reason: str | None = None,
        count: int = 0,
    ) -> None:
        """A part was looked at; only a change of its status changes its `since`."""
        before = self.state(part)
        changed = before.status != status
        since = self._now() if changed else before.since
        self._parts[part] = PartState(status, since, reason, count)
        if changed and status == "ok":
            lost_s = (since - before.since).total_seconds()
            logger.warning("The %s is well again after %.1f s.", part, lost_s)
        elif changed:
            logger.warning("The %s is %s: %s", part, status, reason)

    def state(self, part: PartName) -> PartState:
        """How a part stands."""
        return self._parts.get(part) or PartState("ok", self._begun_at)

    @property
    def parts(self) -> Mapping[PartName, PartState]:
        """Every part that was looked at."""
        return self._parts

    @property
    def database_is_down(self) -> bool:
        """Whether asking the database is in vain."""
        return self.state("database").status == "down"
