"""Workflows: their drafts, which of their versions is live, and whom they are shared with.

What belongs to a workflow is its owner's. Whoever else has rights finds it by `get`; what they may
do then is done for the owner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from domain.blueprints.blueprint import Blueprint
from domain.errors import NotFound
from domain.identity import UserContext
from domain.workflows.starts import WORKFLOW_GRAPH, pinned
from domain.workflows.workflow import (
    Rights,
    Share,
    StaleDraft,
    TooManyWorkflows,
    Workflow,
    WorkflowStatus,
)
from storage.audit_log import record
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.live_schedules import schedules_registered
from storage.searches import escape_like, page_of, without_nul
from storage.sql_files import load_statements
from storage.workflow_triggers import LiveTrigger, swap_triggers

_SQL = load_statements("workflows")

WorkflowOrder = Literal["name", "created_at", "updated_at"]

#: More people than a list of shares shows.
_MOST_SHARES = 200


@dataclass(frozen=True, slots=True)
class WorkflowSearch:
    """Which workflows, in which order, and which part of them; what is None means all."""

    #: `active` are all that are live, those that fail among them.
    status: WorkflowStatus | None = None
    #: That the draft uses.
    service: str | None = None
    #: A part of the name, in any case.
    text: str | None = None
    sort_by: WorkflowOrder = "updated_at"
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """How many workflows a user may have, and the setting that says so."""

    most: int
    setting: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is saved as a version."""

    blueprint: Blueprint
    note: str | None = None


class WorkflowRepository:
    """The workflows of one user at a time, and those that are shared with them."""

    def __init__(self, database: Database, limit: Limit | None = None) -> None:
        self._database = database
        self._limit = limit

    async def create(self, user: UserContext, draft: Draft) -> UUID:
        """Make a workflow, off; returns its id. Raises `TooManyWorkflows`."""
        workflow_id = uuid4()
        async with self._database.transaction(user) as connection:
            await self._require_room(connection, user)
            parameters = {**_key(user, workflow_id), **_content(draft), "saved_by": user.user_id}
            await connection.execute(_SQL["insert"], parameters)
            await _note(connection, user, "created", workflow_id, name=draft.blueprint.name)
        return workflow_id

    async def get(
        self, user: UserContext, workflow_id: UUID, rights: Rights = "viewer"
    ) -> Workflow:
        """One workflow that the user may do this with; raises `NotFound`, `NotAllowed`."""
        found, _ = await self._page(user, WorkflowSearch(limit=1), workflow_id)
        if not found:
            raise _missing(workflow_id)
        found[0].require(rights)
        return found[0]

    async def page(self, user: UserContext, search: WorkflowSearch) -> tuple[list[Workflow], int]:
        """The user's workflows that fit, and how many there are in all."""
        return await self._page(user, search, None)

    async def save(
        self, user: UserContext, workflow: Workflow, draft: Draft, expected: int | None
    ) -> int:
        """Save the next version, over the expected one; returns its number.

        Raises `StaleDraft` when another is the draft by now, `NotAllowed`, `NotFound`.
        """
        workflow.require("editor")
        key = _key(workflow.owner, workflow.workflow_id)
        async with self._database.transaction(workflow.owner) as connection:
            parameters = {**key, **_content(draft), "expected": expected, "saved_by": user.user_id}
            row = await (await connection.execute(_SQL["save"], parameters)).fetchone()
            if row is None:
                current = await (await connection.execute(_SQL["draft_version"], key)).fetchone()
                if current is None:
                    raise _missing(workflow.workflow_id)
                raise StaleDraft(current["draft_version"])
            version: int = row["version"]
            await _note(connection, user, "saved", workflow.workflow_id, version=version)
        return version

    async def activate(
        self, user: UserContext, workflow: Workflow, version: int, triggers: Sequence[LiveTrigger]
    ) -> None:
        """Make a version the live one, with its triggers and its assistant, in one transaction.

        Raises `NotFound`, `NotAllowed`.
        """
        workflow.require("editor")
        workflow_id, owner = workflow.workflow_id, workflow.owner
        key = _key(owner, workflow_id)
        async with self._database.transaction(owner) as connection:
            cursor = await connection.execute(_SQL["activate"], {**key, "version": version})
            row = await cursor.fetchone()
            if row is None:
                raise _missing(workflow_id)
            await swap_triggers(connection, owner, (workflow_id, version), triggers)
            await schedules_registered(connection, owner, workflow_id, datetime.now(UTC))
            assistant = {
                **key,
                "graph_id": WORKFLOW_GRAPH,
                "name": row["name"],
                "config": to_json({"configurable": pinned(workflow_id, version)}),
                "metadata": to_json({"workflow_id": str(workflow_id), "workflow_version": version}),
            }
            await connection.execute(_SQL["put_assistant"], assistant)
            await _note(connection, user, "activated", workflow_id, version=version)

    async def deactivate(self, user: UserContext, workflow: Workflow) -> None:
        """Take a workflow off; raises `NotFound`, `NotAllowed`."""
        workflow.require("editor")
        await self._taken_off(user, workflow, "deactivate", "deactivated")

    async def delete(self, user: UserContext, workflow: Workflow) -> None:
        """Show a workflow nowhere any more; raises `NotFound`, `NotAllowed`."""
        workflow.require("owner")
        await self._taken_off(user, workflow, "delete", "deleted")

    async def shares(self, owner: UserContext, workflow: Workflow) -> list[Share]:
        """With whom a workflow is shared; raises `NotAllowed` for who is not its owner."""
        workflow.require("owner")
        parameters = {**_key(owner, workflow.workflow_id), "limit": _MOST_SHARES}
        async with self._database.acting_for(owner) as connection:
            cursor = await connection.execute(_SQL["shares"], parameters)
            return [Share(**row) for row in await cursor.fetchall()]

    async def share(
        self,
        owner: UserContext,
        workflow: Workflow,
        member_id: str,
        rights: Literal["viewer", "editor"] | None,
    ) -> None:
        """Give a member rights, or take them; who they are was looked at.

        Raises `NotAllowed`, and `NotFound` where there are none to take.
        """
        workflow.require("owner")
        workflow_id = workflow.workflow_id
        parameters = {**_key(owner, workflow_id), "member_id": member_id, "rights": rights}
        async with self._database.transaction(owner) as connection:
            if rights:
                await connection.execute(_SQL["share"], parameters)
            else:
                cursor = await connection.execute(_SQL["unshare"], parameters)
                if await cursor.fetchone() is None:
                    raise NotFound("share with the member", member_id)
            done = "shared" if rights else "unshared"
            await _note(connection, owner, done, workflow_id, member=member_id, rights=rights)

    async def _taken_off(
        self, user: UserContext, workflow: Workflow, statement: str, happened: str
    ) -> None:
        workflow_id, owner = workflow.workflow_id, workflow.owner
        key = _key(owner, workflow_id)
        async with self._database.transaction(owner) as connection:
            if await (await connection.execute(_SQL[statement], key)).fetchone() is None:
                raise _missing(workflow_id)
            await swap_triggers(connection, owner, (workflow_id, 0), ())
            await connection.execute(_SQL["remove_assistant"], key)
            await _note(connection, user, happened, workflow_id, name=workflow.name)

    async def _require_room(self, connection: Connection, user: UserContext) -> None:
        if self._limit is None:
            return
        await connection.execute(_SQL["lock_owner"], _owner(user))
        row = await (await connection.execute(_SQL["count"], _owner(user))).fetchone()
        if row and row["count"] >= self._limit.most:
            raise TooManyWorkflows(self._limit.most, self._limit.setting)

    async def _page(
        self, user: UserContext, search: WorkflowSearch, workflow_id: UUID | None
    ) -> tuple[list[Workflow], int]:
        parameters = {
            **_owner(user),
            "workflow_id": workflow_id,
            "status": search.status,
            "service": without_nul(search.service),
            "text": escape_like(search.text) if search.text else None,
            "sort_by": search.sort_by,
            "descending": search.descending,
            "limit": search.limit,
            "offset": search.offset,
        }
        async with self._database.acting_for(user) as connection:
            rows, total = await page_of(connection, _SQL["page"], parameters)
        return [_workflow(row) for row in rows], total


async def _note(
    connection: Connection, user: UserContext, happened: str, workflow_id: UUID, **details: Any
) -> None:
    action = f"workflow.{happened}"
    await record(connection, user, action, "workflow", str(workflow_id), details=details)


def document_of(blueprint: Blueprint) -> dict[str, Any]:
    """A blueprint as JSON data, with what was said and no more."""
    return blueprint.model_dump(mode="json", exclude_unset=True)


def _content(draft: Draft) -> dict[str, Any]:
    blueprint = draft.blueprint
    return {
        "name": blueprint.name.replace("\x00", ""),
        "blueprint": to_json(document_of(blueprint)),
        "note": without_nul(draft.note),
    }


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, workflow_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "workflow_id": workflow_id}


def _workflow(row: Mapping[str, Any]) -> Workflow:
    known: dict[str, Any] = {name: value for name, value in row.items() if name != "total"}
    known |= {name: tuple(row[name]) for name in ("services", "triggers")}
    return Workflow(**known)


def _missing(workflow_id: UUID) -> NotFound:
    return NotFound("workflow", str(workflow_id))
