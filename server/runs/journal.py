"""What one attempt of a run writes: its events, in order, and its ending."""

import asyncio
from collections.abc import Sequence

from domain.events import LogEntry
from domain.identity import UserContext
from domain.runs import RUN_STATUS_AT_END, thread_status_at_end
from graphs.lifecycle import Outcome
from graphs.stream_parts import json_default
from storage.group_commit import GroupCommit
from storage.json_columns import to_json
from storage.run_events import ArtifactRepository
from storage.writes import Pen, RunEnding, Write

#: Type and JSON text.
EventRow = tuple[str, str]

#: A run with so many uncommitted events waits: the database is slower than its graph.
_BACKLOG = 1_000


class RunJournal:
    """The `EventSink` of one attempt, over the group commit."""

    def __init__(
        self, commit: GroupCommit, artifacts: ArtifactRepository, user: UserContext, pen: Pen
    ) -> None:
        self._commit = commit
        self._artifacts = artifacts
        self._user = user
        self._pen = pen
        self._pending: list[EventRow] = []
        self._newest: asyncio.Future[None] | None = None
        self._uncommitted = 0
        self._lost: BaseException | None = None

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Take entries for the next commit; drops them once an earlier one has failed."""
        if self._lost:
            return
        if not self._pending:
            # What else is said in this turn of the loop becomes one write with it.
            asyncio.get_running_loop().call_soon(self.flush)
        # Now, not at the flush: a state's parts belong to its graph, which goes on changing them.
        self._pending += event_rows(entries)
        self._uncommitted += len(entries)

    def flush(self) -> None:
        """Put what was taken, for the next commit."""
        if not self._pending:
            return
        events, self._pending = self._pending, []
        # The first is what a reader waits for; the rest goes with the step's checkpoint.
        write = Write(self._pen, events=events)
        self._newest = self._commit.put(write, urgent=self._newest is None)
        self._newest.add_done_callback(lambda done: self._committed(done, len(events)))

    async def drained(self) -> None:
        """Wait while too many events wait to be committed; raises what one failed with."""
        if self._lost:
            raise self._lost
        if self._uncommitted > _BACKLOG:
            self.flush()
        if self._uncommitted > _BACKLOG and self._newest:
            await asyncio.shield(self._newest)

    async def keep(self, media_type: str, content: bytes) -> str:
        """Store what is too large for an event; returns its artifact id."""
        thread_id = self._pen.thread_id
        masked = self._commit.mask.data(content)
        return str(await self._artifacts.save(self._user, thread_id, media_type, masked))

    async def end(self, outcome: Outcome) -> None:
        """Commit the closing events with the run's and the thread's status, as one."""
        ending = RunEnding(
            status=RUN_STATUS_AT_END[outcome.end],
            end_status=outcome.end,
            thread_status=thread_status_at_end(outcome.end, has_next_step=outcome.has_next_step),
            values=None if outcome.values is None else to_json(outcome.values, json_default),
            interrupts=to_json(outcome.interrupts, json_default),
            error=outcome.error,
        )
        events = [*self._pending, *event_rows(outcome.events)]
        self._pending = []
        await self._commit.put(Write(self._pen, events=events, ending=ending))

    async def hand_back(self) -> None:
        """Let another worker go on with the run; raises `StaleAttempt` when one does already."""
        events, self._pending = self._pending, []
        await self._commit.put(Write(self._pen, events=events, hands_back=True))

    def _committed(self, done: asyncio.Future[None], count: int) -> None:
        self._uncommitted -= count
        error = None if done.cancelled() else done.exception()
        if error and self._lost is None:
            self._lost = error


def event_rows(entries: Sequence[LogEntry]) -> list[EventRow]:
    """Entries as the log keeps them, serialised once for all readers."""
    return [(entry.type, to_json(entry.body(), json_default)) for entry in entries]
