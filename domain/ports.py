"""What graphs, nodes and tools need from the outside, as Protocols others implement."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.costs.facts import Coverage, UsageFacts
from domain.costs.reports import Report
from domain.events import LogEntry
from domain.identity import UserContext
from domain.revealed_secrets import Revealed


class UsageSource(Protocol):
    """The imported usage of a user's tenant."""

    async def coverage(self, user: UserContext) -> Coverage:
        """What usage there is, and what it lacks."""
        ...

    async def facts(self, user: UserContext) -> UsageFacts:
        """The usage, aggregated for analysis."""
        ...


class SampleImporter(Protocol):
    """Brings in the bundled sample usage."""

    async def import_sample(self, user: UserContext, model: str) -> UUID:
        """Import the sample as calls of `model`; returns the import's id. Repeating is harmless."""
        ...


class ReportStore(Protocol):
    """Where reports are kept."""

    async def save(
        self,
        user: UserContext,
        report: Report,
        thread_id: UUID | None,
        report_id: UUID | None = None,
    ) -> UUID:
        """Keep a report; returns its id.

        Who may have to save again after a crash gives the id: the second time changes nothing.
        """
        ...


class Credentials(Protocol):
    """The secrets of connections, for the call that is just being made."""

    async def reveal(self, user: UserContext, connection_id: UUID) -> Revealed:
        """A connection's secrets; never put them into a state, an event or a text.

        Raises `NotFound`, and `Conflict` for a connection that is switched off.
        """
        ...


class EventSink(Protocol):
    """Where a run's events and stream parts go, in order."""

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Take entries for the next commit; drops them once one could not be committed."""
        ...

    def flush(self) -> None:
        """Put what was taken and still waits for more to join."""
        ...

    async def drained(self) -> None:
        """Wait while too many events wait to be committed.

        Raises what a commit failed with: `StaleAttempt` once the run was taken over.
        """
        ...

    async def keep(self, media_type: str, content: bytes) -> str:
        """Store what is too large for an event; returns its artifact id."""
        ...
