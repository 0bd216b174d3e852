"""When schedules start their workflows, and for which moments they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import DictRow

from domain.identity import UserContext
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("schedules")

#: Told whenever a schedule comes, goes or moves.
CHANNEL: Final = "goldenpath_schedules"


@dataclass(frozen=True, slots=True)
class ClaimedSchedule:
    """A schedule that is due, and locked until the transaction ends."""

    workflow_id: UUID
    node_id: str
    owner: UserContext
    params: Mapping[str, Any]
    planned_at: datetime
    #: Its moment has come, and the run before had not ended.
    is_waiting: bool
    #: By the database's clock.
    now: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """What a schedule has come to."""

    next_at: datetime | None
    last_for: datetime | None = None
    last_run_id: UUID | None = None
    last_problem: str | None = None


@dataclass(frozen=True, slots=True)
class KeptSchedule:
    """A schedule as it stands."""

    node_id: str
    params: Mapping[str, Any]
    planned_at: datetime | None
    last_for: datetime | None
    last_run_id: UUID | None
    last_problem: str | None
    #: Its time has passed for long, so nobody looks after it.
    is_late: bool | None


class ScheduleRepository:
    """Reads the schedules of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_workflows(
        self, user: UserContext, workflow_ids: Sequence[UUID]
    ) -> dict[tuple[UUID, str], KeptSchedule]:
        """The schedules of live workflows, by workflow and node."""
        whose = {"tenant_id": user.tenant_id, "user_id": user.user_id}
        parameters = {**whose, "workflow_ids": list(workflow_ids)}
        async with self._database.acting_for(user) as connection:
            rows = await (await connection.execute(_SQL["list"], parameters)).fetchall()
        return {(row["workflow_id"], row["node_id"]): _kept(row) for row in rows}


async def wanted_schedules(
    connection: Connection, user: UserContext, workflow_id: UUID
) -> list[tuple[str, Mapping[str, Any]]]:
    """Node and parameters of each schedule of a workflow's live version."""
    cursor = await connection.execute(_SQL["wanted"], _whose(user, workflow_id))
    return [(row["node_id"], row["params"]) for row in await cursor.fetchall()]


async def put_schedule(
    connection: Connection,
    user: UserContext,
    place: tuple[UUID, str],
    params: Mapping[str, Any],
    next_at: datetime | None,
) -> None:
    """Note when the schedule of a workflow's node comes next."""
    parameters = {
        **_whose(user, place[0]),
        "node_id": place[1],
        "params": to_json(dict(params)),
        "next_at": next_at,
    }
    await connection.execute(_SQL["put"], parameters)


async def claim_schedule(connection: Connection) -> ClaimedSchedule | None:
    """One schedule that is due, of anybody; None when there is none that nobody else has."""
    row = await (await connection.execute(_SQL["claim"])).fetchone()
    if row is None:
        return None
    now = await (await connection.execute(_SQL["now"])).fetchone()
    assert now
    return ClaimedSchedule(
        workflow_id=row["workflow_id"],
        node_id=row["node_id"],
        owner=UserContext(row["user_id"], row["tenant_id"]),
        params=row["params"],
        planned_at=row["planned_at"],
        is_waiting=row["planned_at"] != row["next_at"],
        now=now["now"],
    )


async def claim_moment(connection: Connection, claimed: ClaimedSchedule, moment: datetime) -> bool:
    """Note that a moment is started for; False when it was before."""
    parameters = {**_place(claimed), "scheduled_for": moment}
    return await (await connection.execute(_SQL["fire"], parameters)).fetchone() is not None


async def note_fired(
    connection: Connection, claimed: ClaimedSchedule, moment: datetime, run_id: UUID
) -> None:
    """Note which run a moment has started."""
    parameters = {**_place(claimed), "scheduled_for": moment, "run_id": run_id}
    await connection.execute(_SQL["fired"], parameters)


async def move_schedule(connection: Connection, claimed: ClaimedSchedule, moved: Moved) -> None:
    """Note what a schedule has come to."""
    columns = {field.name: getattr(moved, field.name) for field in fields(moved)}
    await connection.execute(_SQL["move"], {**_place(claimed), **columns})


async def postpone_schedule(connection: Connection, claimed: ClaimedSchedule) -> None:
    """Let a schedule wait for the run before."""
    await connection.execute(_SQL["postpone"], _place(claimed))


async def open_run_of(connection: Connection, claimed: ClaimedSchedule) -> UUID | None:
    """The run before, while it has not ended."""
    row = await (await connection.execute(_SQL["open_run"], _place(claimed))).fetchone()
    return row["run_id"] if row else None


async def next_due_in_s(connection: Connection) -> float | None:
    """In how many seconds the next schedule is due; None when there is none."""
    row = await (await connection.execute(_SQL["next"])).fetchone()
    return row["in_s"] if row else None


async def clear_fires(connection: Connection, limit: int, days: int) -> int:
    """Forget some of the moments that are so long ago; returns how many."""
    return (await connection.execute(_SQL["clear"], {"days": days, "limit": limit})).rowcount


def _whose(user: UserContext, workflow_id: UUID) -> dict[str, Any]:
    return {
        "workflow_id": workflow_id,
        "tenant_id": user.tenant_id,
        "user_id": user.user_id,
    }


def _place(claimed: ClaimedSchedule) -> dict[str, Any]:
    return {**_whose(claimed.owner, claimed.workflow_id), "node_id": claimed.node_id}


def _kept(row: DictRow) -> KeptSchedule:
    return KeptSchedule(**{field.name: row[field.name] for field in fields(KeptSchedule)})
