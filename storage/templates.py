"""Templates of workflows: published ones in rows, beside those that are shipped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from domain.accounts.permissions import require
from domain.blueprints.blueprint import Blueprint
from domain.errors import Conflict, NotFound
from domain.identity import UserContext
from domain.workflows.stripping import Removed
from domain.workflows.templates import (
    ShippedTemplate,
    Slot,
    Template,
    TemplateStatus,
    slots_of,
)
from domain.workflows.workflow import Workflow
from storage.audit_log import record
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.searches import escape_like, page_of, without_nul
from storage.sql_files import load_statements
from storage.workflows import document_of

_SQL = load_statements("workflow_templates")
_FIELDS = frozenset(Template.__dataclass_fields__) - {"slots"}

TemplateOrder = Literal["rating", "uses", "newest", "title"]


@dataclass(frozen=True, slots=True)
class TemplateSearch:
    """Which templates, in which order, and which part of them; what is None means all."""

    category: str | None = None
    service: str | None = None
    #: A part of title or description, in any case.
    text: str | None = None
    status: TemplateStatus | None = None
    mine: bool = False
    sort_by: TemplateOrder = "rating"
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Publication:
    """What a template is made from; nothing of it is its author's alone any more."""

    title: str
    description: str
    category: str
    version: int
    blueprint: Blueprint
    removed: Sequence[Removed]


class TemplateRepository:
    """The templates that people of a tenant see."""

    def __init__(self, database: Database, shipped: Sequence[ShippedTemplate] = ()) -> None:
        self._database = database
        self._shipped = to_json([asdict(each) for each in shipped])

    async def publish(self, user: UserContext, workflow: Workflow, made: Publication) -> str:
        """Make or renew the template of a workflow, private for now; returns its id.

        Raises `NotAllowed` for who is not the workflow's owner.
        """
        workflow.require("owner")
        services = {node.data.service for node in made.blueprint.nodes if node.data.service}
        parameters = {
            **_owner(user),
            "template_id": uuid4(),
            "workflow_id": workflow.workflow_id,
            "version": made.version,
            "title": made.title.replace("\x00", ""),
            "description": made.description.replace("\x00", ""),
            "category": made.category,
            "services": sorted(services),
            "blueprint": to_json(document_of(made.blueprint)),
            "removed": to_json([asdict(each) for each in made.removed]),
        }
        async with self._database.transaction(user) as connection:
            row = await (await connection.execute(_SQL["publish"], parameters)).fetchone()
            assert row
            await _note(connection, user, "published", row["template_id"], title=made.title)
        return str(row["template_id"])

    async def get(self, user: UserContext, template_id: str) -> Template:
        """One template; raises `NotFound`."""
        found, _ = await self._page(user, TemplateSearch(limit=1), template_id)
        if not found:
            raise _missing(template_id)
        return found[0]

    async def page(self, user: UserContext, search: TemplateSearch) -> tuple[list[Template], int]:
        """The templates that fit, and how many there are in all."""
        return await self._page(user, search, None)

    async def hand_in(self, user: UserContext, template_id: str) -> None:
        """Ask for a review of one's own template; raises `NotFound`, `Conflict`."""
        await self._set_status(user, template_id, "in_review", ("private", "rejected"))

    async def take_back(self, user: UserContext, template_id: str) -> None:
        """Show one's own template to nobody else any more; raises `NotFound`, `Conflict`."""
        await self._set_status(user, template_id, "private", ("in_review", "public", "rejected"))

    async def review(
        self,
        user: UserContext,
        template_id: str,
        decision: Literal["public", "rejected"],
        reason: str | None,
    ) -> None:
        """Decide on a template that was handed in.

        Raises `NotAllowed` for who may not manage the tenant, `NotFound`, `Conflict`.
        """
        await self.get(user, template_id)
        require(user, "manage")
        parameters = {
            **_key(user, template_id),
            "status": decision,
            "reason": None if reason is None else reason.replace("\x00", ""),
        }
        async with self._database.transaction(user) as connection:
            if await (await connection.execute(_SQL["review"], parameters)).fetchone() is None:
                raise Conflict("This template is not in review. Look at how it stands.")
            await _note(connection, user, f"reviewed_{decision}", template_id, reason=reason)

    async def delete(self, user: UserContext, template_id: str) -> None:
        """Delete one's own template; what was made from it stays. Raises `NotFound`."""
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["delete"], _key(user, template_id))
            if await cursor.fetchone() is None:
                raise _missing(template_id)
            await _note(connection, user, "deleted", template_id)

    async def rate(self, user: UserContext, template_id: str, stars: int) -> None:
        """Say what one thinks of a public template, 1 to 5; raises `NotFound`."""
        await self._require_public(user, template_id)
        parameters = {**_owner(user), "template_id": template_id, "stars": stars}
        async with self._database.acting_for(user) as connection:
            await connection.execute(_SQL["rate"], parameters)

    async def note_use(self, user: UserContext, template_id: str, workflow_id: UUID) -> None:
        """Note that a workflow was made from a template."""
        parameters = {**_owner(user), "template_id": template_id, "workflow_id": workflow_id}
        async with self._database.acting_for(user) as connection:
            await connection.execute(_SQL["use"], parameters)

    async def _require_public(self, user: UserContext, template_id: str) -> None:
        if (await self.get(user, template_id)).status != "public":
            raise Conflict("This template is not public yet, so it is not rated.")

    async def _set_status(
        self, user: UserContext, template_id: str, status: TemplateStatus, before: Sequence[str]
    ) -> None:
        template = await self.get(user, template_id)
        if template.author != user.user_id:
            raise _missing(template_id)
        parameters = {**_key(user, template_id), "status": status, "before": list(before)}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["set_status"], parameters)
            if await cursor.fetchone() is None:
                raise Conflict(f"This template is {template.status} already.")
            await _note(connection, user, status, template_id)

    async def _page(
        self, user: UserContext, search: TemplateSearch, template_id: str | None
    ) -> tuple[list[Template], int]:
        parameters = {
            **_owner(user),
            "shipped": self._shipped,
            "reviews": user.role in ("owner", "admin"),
            "template_id": None if template_id is None else template_id.replace("\x00", ""),
            "category": without_nul(search.category),
            "service": without_nul(search.service),
            "text": escape_like(search.text) if search.text else None,
            "status": search.status,
            "mine": search.mine,
            "sort_by": search.sort_by,
            "limit": search.limit,
            "offset": search.offset,
        }
        async with self._database.acting_for(user) as connection:
            rows, total = await page_of(connection, _SQL["page"], parameters)
        return [_template(row) for row in rows], total


async def _note(
    connection: Connection, user: UserContext, happened: str, template_id: object, **details: Any
) -> None:
    action = f"template.{happened}"
    await record(connection, user, action, "template", str(template_id), details=details)


def _template(row: Mapping[str, Any]) -> Template:
    shipped = row["slots"]
    slots = (
        slots_of(Removed(**each) for each in row["removed"])
        if shipped is None
        else [Slot(**each) for each in shipped]
    )
    return Template(**{name: row[name] for name in _FIELDS}, slots=slots)


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, template_id: str) -> dict[str, Any]:
    try:
        return {**_owner(user), "template_id": UUID(template_id)}
    except ValueError:
        # A shipped one: nobody's to change.
        raise _missing(template_id) from None


def _missing(template_id: str) -> NotFound:
    return NotFound("template", template_id)
