"""Threads as conversations: their last messages, and where their log goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.identity import UserContext
from domain.runs import ThreadStatus
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("conversations")


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a thread stood at one moment."""

    status: ThreadStatus
    #: The last ones after the runs that have ended, oldest first.
    messages: list[Any]
    #: There are older ones.
    has_more: bool
    #: What it waits for: {task_id: [{id, value, response_schema}]}.
    interrupts: Mapping[str, list[dict[str, Any]]]
    #: The run that asked, while the thread waits for an answer.
    asked_by: UUID | None
    #: What lies behind this number is not in the messages.
    after: int


class ConversationRepository:
    """Reads conversations of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, user: UserContext, thread_id: UUID, limit: int) -> Conversation:
        """A thread's last messages, and the number to follow its log behind; raises `NotFound`."""
        parameters = {
            "thread_id": thread_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "limit": limit,
        }
        async with self._database.acting_for(user) as connection:
            row = await (await connection.execute(_SQL["recent"], parameters)).fetchone()
        if row is None:
            raise NotFound("thread", str(thread_id))
        return Conversation(
            status=row["status"],
            messages=row["messages"],
            has_more=row["total"] > limit,
            interrupts=row["interrupts"],
            asked_by=row["asked_by"],
            after=row["after"],
        )
