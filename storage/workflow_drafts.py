"""The drafts of workflows, as those need them who draft further."""

from uuid import UUID

from domain.blueprints.blueprint import Blueprint
from domain.errors import NotFound
from domain.identity import UserContext
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("workflow_drafts")


class WorkflowDrafts:
    """Reads drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, user: UserContext, workflow_id: UUID) -> Blueprint:
        """The draft of one of the user's workflows; raises `NotFound`."""
        parameters = {
            "workflow_id": workflow_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
        }
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["latest"], parameters)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("workflow", str(workflow_id))
        return Blueprint.model_validate(row["blueprint"])
