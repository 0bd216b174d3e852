"""The ticker: starts what is due, once each, with any number of processes.

The database's clock counts. A moment is claimed, started and moved on from in one transaction, so a
process that dies in between has done nothing.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import Conflict, InvalidInput, NotFound, TooManyRequests
from domain.schedules import Due, Schedule, due, schedule_of
from domain.workflows.starts import WorkflowStart
from server.due_clock import DueClock, Pace
from server.runs.manager import RunManager
from server.triggers.starts import Accepted, Starts
from storage.database import Connection, Database
from storage.notifications import Listener
from storage.runs import RunSelection
from storage.schedules import (
    CHANNEL,
    ClaimedSchedule,
    Moved,
    claim_moment,
    claim_schedule,
    move_schedule,
    next_due_in_s,
    note_fired,
    open_run_of,
    postpone_schedule,
)

#: To the moment, and looked at the database's clock often, since clocks jump.
_PACE: Final = Pace(least_s=0.01, longest_s=5.0)


class Ticker:
    """Starts the workflows whose schedules are due."""

    def __init__(
        self, database: Database, starts: Starts, manager: RunManager, listener: Listener
    ) -> None:
        self._database = database
        self._starts = starts
        self._manager = manager
        clock = self._clock = DueClock("Schedules", self._look, _PACE)
        listener.on(CHANNEL, lambda _: clock.look_in(0.0), lambda: clock.look_in(0.0))

    async def run(self) -> None:
        """Start what becomes due, until cancelled."""
        await self._clock.run()

    async def _look(self) -> float | None:
        while await self.tick():
            pass
        async with self._database.runs.connection() as connection:
            return await next_due_in_s(connection)

    async def tick(self) -> bool:
        """Start one moment of one schedule that is due; False when nothing is."""
        stopped: UUID | None = None
        begins: list[Callable[[], None]] = []
        async with self._database.runs.connection() as connection, connection.transaction():
            claimed = await claim_schedule(connection)
            if claimed is None:
                return False
            try:
                schedule = schedule_of(claimed.params)
            except InvalidInput as error:
                await move_schedule(connection, claimed, Moved(None, last_problem=str(error)))
                return True
            stopped = await self._come(connection, claimed, schedule, begins)
        for begin in begins:
            begin()
        if stopped is not None:
            selection = RunSelection(run_ids=[stopped])
            await self._manager.cancel_many(claimed.owner, selection)
        return True

    async def _come(
        self,
        connection: Connection,
        claimed: ClaimedSchedule,
        schedule: Schedule,
        begins: list[Callable[[], None]],
    ) -> UUID | None:
        """Start one moment if its run may start now; returns the run that has to make way."""
        found = due(schedule, claimed.planned_at, claimed.now, has_waited=claimed.is_waiting)
        if not found.moments:
            await move_schedule(connection, claimed, Moved(found.next_at))
            return None
        before = None
        if schedule.overlap != "allow":
            before = await open_run_of(connection, claimed)
        if before is not None and schedule.overlap == "queue":
            await postpone_schedule(connection, claimed)
            return None
        if before is not None and schedule.overlap == "skip":
            problem = f"Left out, since the run {before} had not ended."
            moved = Moved(_following(found), found.moments[0], last_problem=problem)
            await move_schedule(connection, claimed, moved)
            return None
        moved, accepted = await self._start(connection, claimed, schedule, found)
        if accepted:
            begins.append(accepted.begin)
        await move_schedule(connection, claimed, moved)
        return before if moved.last_run_id else None

    async def _start(
        self, connection: Connection, claimed: ClaimedSchedule, schedule: Schedule, found: Due
    ) -> tuple[Moved, Accepted | None]:
        moment, following = found.moments[0], _following(found)
        if not await claim_moment(connection, claimed, moment):
            return Moved(following), None
        start = WorkflowStart(
            claimed.workflow_id,
            "schedule",
            _data(schedule, moment),
            claimed.node_id,
            scheduled_for=moment,
        )
        try:
            accepted = await self._starts.start_in(connection, claimed.owner, start)
        except (Conflict, NotFound, TooManyRequests) as error:
            return Moved(following, moment, last_problem=str(error)), None
        run_id = accepted.started.run_id
        await note_fired(connection, claimed, moment, run_id)
        return Moved(following, moment, run_id), accepted


def _following(found: Due) -> datetime | None:
    return found.moments[1] if len(found.moments) > 1 else found.next_at


def _data(schedule: Schedule, moment: datetime) -> Mapping[str, Any]:
    local = moment.astimezone(ZoneInfo(schedule.time_zone))
    return {
        "scheduled_for": moment.astimezone(UTC).isoformat(),
        "local_time": local.isoformat(),
        "date": local.date().isoformat(),
        "time_zone": schedule.time_zone,
    }
