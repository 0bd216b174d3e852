"""What people think of their runs."""

from dataclasses import fields
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import DictRow

from domain.errors import NotFound
from domain.feedback import Feedback
from domain.identity import UserContext
from storage.database import Database
from storage.searches import without_nul
from storage.sql_files import load_statements

_SQL = load_statements("feedback")
_FIELDS = tuple(field.name for field in fields(Feedback))


class FeedbackRepository:
    """Keeps one opinion a run, of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(
        self, user: UserContext, run_id: UUID, score: Literal[-1, 1], comment: str | None
    ) -> Feedback:
        """Keep an opinion in place of the earlier one; raises `NotFound`."""
        parameters = {**_key(user, run_id), "score": score, "comment": without_nul(comment)}
        async with self._database.transaction(user) as connection:
            row = await (await connection.execute(_SQL["give"], parameters)).fetchone()
        if row is None:
            raise NotFound("run", str(run_id))
        return _feedback(row)

    async def take_back(self, user: UserContext, run_id: UUID) -> None:
        """Forget what was thought of a run."""
        async with self._database.transaction(user) as connection:
            await connection.execute(_SQL["take_back"], _key(user, run_id))

    async def of_thread(self, user: UserContext, thread_id: UUID) -> list[Feedback]:
        """The opinions on a thread's runs, oldest run first."""
        parameters = {**_owner(user), "thread_id": thread_id}
        async with self._database.acting_for(user) as connection:
            rows = await (await connection.execute(_SQL["of_thread"], parameters)).fetchall()
        return [_feedback(row) for row in rows]


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, run_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "run_id": run_id}


def _feedback(row: DictRow) -> Feedback:
    return Feedback(**{name: row[name] for name in _FIELDS})
