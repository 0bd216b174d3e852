"""The versions of workflows: rows that never change."""

from collections import OrderedDict
from typing import Any, Final
from uuid import UUID

from psycopg.rows import DictRow

from domain.blueprints.blueprint import Blueprint
from domain.errors import NotFound
from domain.identity import UserContext
from domain.workflows.versions import WorkflowVersion
from domain.workflows.workflow import VersionNote, Workflow
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("workflows")

#: Blueprints that are kept as they were read.
MOST_KEPT: Final = 256


class WorkflowVersions:
    """Reads versions; a `VersionSource` for those who run them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[UUID, int], Blueprint] = OrderedDict()

    async def version(self, user: UserContext, workflow_id: UUID, version: int) -> WorkflowVersion:
        """One version of one of the user's own workflows, deleted or not; raises `NotFound`."""
        parameters: dict[str, Any] = {
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "workflow_id": workflow_id,
            "version": version,
        }
        kept = self._kept.get((workflow_id, version))
        parameters["is_kept"] = kept is not None
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["version"], parameters, prepare=True)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"version of the workflow {workflow_id} with the number", str(version))
        # Whose it is, is asked each time; what it says never changes.
        return WorkflowVersion(workflow_id, version, kept or self._keep(workflow_id, version, row))

    def _keep(self, workflow_id: UUID, version: int, row: DictRow) -> Blueprint:
        blueprint = Blueprint.model_validate(row["blueprint"])
        self._kept[(workflow_id, version)] = blueprint
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return blueprint

    async def of(self, workflow: Workflow, version: int) -> WorkflowVersion:
        """One version of a workflow that somebody sees; raises `NotFound`."""
        return await self.version(workflow.owner, workflow.workflow_id, version)

    async def list(
        self, workflow: Workflow, limit: int, offset: int
    ) -> tuple[list[VersionNote], int]:
        """A workflow's versions, newest first, and their number."""
        parameters = {
            "tenant_id": workflow.tenant_id,
            "user_id": workflow.user_id,
            "workflow_id": workflow.workflow_id,
            "limit": limit,
            "offset": offset,
        }
        async with self._database.acting_for(workflow.owner) as connection:
            cursor = await connection.execute(_SQL["versions"], parameters)
            rows = await cursor.fetchall()
        # The newest has the highest number, and there are no gaps.
        total = rows[0]["total"] if rows else workflow.draft_version
        names = VersionNote.__dataclass_fields__
        return [VersionNote(**{name: row[name] for name in names}) for row in rows], total
