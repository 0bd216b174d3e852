"""The API's part about workflows and their templates, as the pages use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from ui.api_client import ApiClient
from ui.api_models import ApiModel

Json = Mapping[str, Any]


class ShownTrigger(ApiModel):
    """What starts a workflow."""

    service: str
    words: str
    can_fire: bool | None = None
    problem: str | None = None


class ShownRun(ApiModel):
    """One of the newest executions."""

    run_id: str
    status: str
    created_at: datetime
    duration_s: float | None = None


class Workflow(ApiModel):
    """A workflow in the list."""

    workflow_id: str
    name: str
    status: Literal["active", "inactive", "failing"]
    rights: Literal["viewer", "editor", "owner"]
    draft_version: int
    active_version: int | None
    services: list[str]
    steps: int
    updated_at: datetime
    triggers: list[ShownTrigger]
    next_at: datetime | None
    liveness: Literal["off", "live", "stuck"]
    recent_runs: list[ShownRun]


class Problem(ApiModel):
    """One thing that is wrong with a blueprint."""

    severity: str
    message: str
    next_step: str


class Removed(ApiModel):
    """What a copy lacks, and why."""

    node_id: str
    field: str
    reason: str


class Made(ApiModel):
    """A workflow that was just made."""

    workflow_id: str
    problems: list[Problem] = Field(default_factory=list[Problem])
    removed: list[Removed] = Field(default_factory=list[Removed])


class Drafted(ApiModel):
    """A workflow drafted from a sentence; not saved yet."""

    blueprint: dict[str, Any]
    assumptions: list[str]
    questions: list[dict[str, Any]]
    note: str | None = None


class Template(ApiModel):
    """A template in the gallery."""

    template_id: str
    title: str
    description: str
    category: str
    services: list[str]
    status: str
    uses: int
    ratings: int
    rating: float | None


class Slot(ApiModel):
    """What is to be filled in."""

    node_id: str
    field: str
    title: str


class TemplateDetail(Template):
    """A template with what it consists of."""

    blueprint: dict[str, Any]
    slots: list[Slot]


class Category(ApiModel):
    """A category of templates."""

    category: str
    templates: int


class Share(ApiModel):
    """Somebody with rights."""

    member_id: str
    rights: str


class Task(ApiModel):
    """One thing that a service can do."""

    name: str
    title: str
    connection_kind: str | None = None


class Integration(ApiModel):
    """One service."""

    service: str
    title: str
    tasks: list[Task]


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """Some workflows, and how many there are."""

    found: list[Workflow]
    total: int


@dataclass(frozen=True, slots=True)
class Workflows:
    """Workflows and templates as the caller may use them."""

    client: ApiClient

    async def page(self, search: Mapping[str, str | int]) -> WorkflowPage:
        """Those that fit."""
        answer = await self.client.send("GET", "/workflows", params=dict(search))
        found = [Workflow.model_validate(each) for each in answer.json()]
        return WorkflowPage(found, int(answer.headers["X-Pagination-Total"]))

    async def draft(self, prompt: str, time_zone: str) -> Drafted:
        """A workflow from a sentence."""
        body = {"prompt": prompt} | ({"time_zone": time_zone} if time_zone else {})
        answer = await self.client.send("POST", "/workflows/draft", json=body)
        return Drafted.model_validate(answer.json())

    async def create(self, blueprint: Json, note: str | None = None) -> Made:
        """Keep a new workflow."""
        body = {"name": blueprint["name"], "blueprint": blueprint, "note": note}
        return await self._made("/workflows", body)

    async def import_document(self, document: Json) -> Made:
        """Make a workflow from an exported document."""
        return await self._made("/workflows/import", document)

    async def duplicate(self, workflow_id: str) -> Made:
        """Copy a workflow."""
        return await self._made(f"/workflows/{workflow_id}/duplicate", {})

    async def use_template(self, template_id: str) -> Made:
        """Begin from a template."""
        return await self._made(f"/workflow-templates/{template_id}/import", {})

    async def activate(self, workflow_id: str) -> None:
        """Make the draft the live version."""
        await self.client.send("POST", f"/workflows/{workflow_id}/activate", json={})

    async def deactivate(self, workflow_id: str) -> None:
        """Take a workflow off."""
        await self.client.send("POST", f"/workflows/{workflow_id}/deactivate")

    async def delete(self, workflow_id: str) -> None:
        """Show a workflow nowhere any more."""
        await self.client.send("DELETE", f"/workflows/{workflow_id}")

    async def shares(self, workflow_id: str) -> list[Share]:
        """With whom a workflow is shared."""
        answer = await self.client.send("GET", f"/workflows/{workflow_id}/share")
        return [Share.model_validate(each) for each in answer.json()]

    async def share(self, workflow_id: str, member: str, rights: str) -> None:
        """Give a member rights, or take them with `none`."""
        body = {"member": member, "rights": rights}
        await self.client.send("POST", f"/workflows/{workflow_id}/share", json=body)

    async def templates(self, search: Mapping[str, str | int]) -> Sequence[Template]:
        """Templates that fit."""
        answer = await self.client.send("GET", "/workflow-templates", params=dict(search))
        return [Template.model_validate(each) for each in answer.json()]

    async def categories(self) -> list[Category]:
        """The categories of public templates."""
        answer = await self.client.send("GET", "/workflow-templates/categories")
        return [Category.model_validate(each) for each in answer.json()]

    async def template(self, template_id: str) -> TemplateDetail:
        """One template."""
        answer = await self.client.send("GET", f"/workflow-templates/{template_id}")
        return TemplateDetail.model_validate(answer.json())

    async def rate(self, template_id: str, stars: int) -> None:
        """Say what the caller thinks of a template."""
        await self.client.send(
            "POST", f"/workflow-templates/{template_id}/rate", json={"stars": stars}
        )

    async def integrations(self) -> list[Integration]:
        """What workflows can be made of."""
        answer = await self.client.send("GET", "/integrations")
        return [Integration.model_validate(each) for each in answer.json()]

    async def _made(self, path: str, body: Json) -> Made:
        answer = await self.client.send("POST", path, json=dict(body))
        return Made.model_validate(answer.json())
