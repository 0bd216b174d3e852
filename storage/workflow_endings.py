"""Ends of executions that somebody is to be told of; a row goes with the telling of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from domain.identity import UserContext
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("workflow_endings")

#: Where the database says that there is one.
CHANNEL: Final = "goldenpath_endings"

#: As many of a user's workflows start with one end at most.
_MOST_LISTENERS: Final = 100


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an execution, and what there is to tell of it."""

    #: The run that ended it; `run_id` is the one that names the execution.
    ended_by: UUID
    run_id: UUID
    thread_id: UUID
    tenant_id: str
    user_id: str
    workflow_id: UUID
    version: int
    name: str
    #: Whether the version's owner wants to know of its failures.
    notifies: bool
    end_status: Literal["success", "error", "timeout"]
    started_at: datetime
    ended_at: datetime
    #: What it was started with; None when that is cleared away.
    trigger_data: Any
    depth: int
    #: Why it failed, with which code and where, if it did.
    error: str | None
    code: str | None
    node_id: str | None
    node_title: str | None

    @property
    def owner(self) -> UserContext:
        """Whose workflow it was."""
        return UserContext(self.user_id, self.tenant_id)


@dataclass(frozen=True, slots=True)
class EndListener:
    """A trigger that fires with an end."""

    workflow_id: UUID
    node_id: str


class EndListeners:
    """Which of a user's live workflows start with the ends of others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hear_failures(self, owner: UserContext, workflow_id: UUID | None) -> bool:
        """Whether one starts when this workflow, or one that is new, fails."""
        parameters = _listening(owner, workflow_id, "workflow_failed") | {"limit": 1}
        async with self._database.acting_for(owner) as connection:
            row = await (await connection.execute(_SQL["listeners"], parameters)).fetchone()
        return row is not None


_FIELDS: Final = tuple(field.name for field in fields(Ending))


async def claim_ending(connection: Connection) -> Ending | None:
    """One that is to be told, of anybody; None when there is none that nobody else has."""
    row = await (await connection.execute(_SQL["claim"])).fetchone()
    return Ending(**{name: row[name] for name in _FIELDS}) if row else None


async def listeners_of(connection: Connection, ending: Ending, task: str) -> Sequence[EndListener]:
    """The live workflows of its owner that start with it."""
    parameters = _listening(ending.owner, ending.workflow_id, task) | {"limit": _MOST_LISTENERS}
    rows = await (await connection.execute(_SQL["listeners"], parameters)).fetchall()
    return [EndListener(**row) for row in rows]


async def mark_ending_told(connection: Connection, ending: Ending) -> None:
    """Nobody tells of it again."""
    await connection.execute(_SQL["told"], {"ended_by": ending.ended_by})


async def postpone_ending(connection: Connection, seconds: float) -> None:
    """Put off the next one, which could not be told."""
    await connection.execute(_SQL["postpone"], {"seconds": seconds})


async def next_ending_in_s(connection: Connection) -> float | None:
    """In how many seconds the next one is to be told; None when there is none."""
    row = await (await connection.execute(_SQL["next"])).fetchone()
    return row["seconds"] if row else None


def _listening(owner: UserContext, workflow_id: UUID | None, task: str) -> dict[str, Any]:
    return {
        "tenant_id": owner.tenant_id,
        "user_id": owner.user_id,
        "workflow_id": workflow_id,
        "task": task,
    }
