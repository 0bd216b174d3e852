"""Templates of workflows: publish, find, rate, and begin from one."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints

from domain.workflows.stripping import Removed, stripped
from domain.workflows.templates import Slot, Template, TemplateStatus
from server.dependencies import ServicesDep, UserDep
from server.pagination import LimitDep, OffsetDep, Page, page_response
from server.shapes import problems
from server.workflow_shapes import BlueprintProblem, Name, problem_shapes
from storage.templates import Publication, TemplateOrder, TemplateSearch
from storage.workflows import Draft

router = APIRouter(tags=["workflow templates"])

_MOST_CATEGORIES: Final = 200

TemplateId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]


class NewTemplate(BaseModel):
    """What a workflow is published as."""

    title: Name
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    category: Category = Field("operations", examples=["payments"])


class TemplateShape(BaseModel):
    """A template in a list."""

    template_id: str
    title: str
    description: str
    category: str
    services: list[str]
    status: TemplateStatus
    reason: str | None = Field(description="Why it was rejected.")
    author: str | None = Field(description="Null of one that comes with the service.")
    uses: int
    ratings: int
    rating: float | None = Field(description="1 to 5.")
    updated_at: datetime | None


class TemplateDetail(TemplateShape):
    """A template with its blueprint and what is to be filled in."""

    blueprint: dict[str, Any]
    slots: list[Slot]


class Published(TemplateDetail):
    """A template that was just made, and what it lacks of its workflow."""

    removed: list[Removed]


class CategoryShape(BaseModel):
    """A category of public templates."""

    category: str
    templates: int


class Review(BaseModel):
    """What becomes of a template that was handed in."""

    decision: Literal["public", "rejected"]
    reason: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None, description="Why it is rejected."
    )


class Rating(BaseModel):
    """What you think of a template."""

    stars: int = Field(ge=1, le=5)


class Use(BaseModel):
    """What the workflow is to be called."""

    name: Name | None = None


class Begun(BaseModel):
    """The draft that was made, and what is to be filled in."""

    workflow_id: UUID
    version: int
    slots: list[Slot]
    problems: list[BlueprintProblem]


@router.post(
    "/workflows/{workflow_id}/publish",
    status_code=201,
    responses=problems(403, 404, 422, 503),
)
async def publish_workflow(
    workflow_id: UUID, body: NewTemplate, services: ServicesDep, user: UserDep
) -> Published:
    """Make a template of the draft, private until you hand it in.

    Connections, texts that look like secrets, e-mail addresses, phone numbers and ids are taken
    out; `removed` says where. What is left is what others will see: look at it.
    """
    parts = services.workflows
    workflow = await parts.repository.get(user, workflow_id, "owner")
    draft = await parts.versions.of(workflow, workflow.draft_version)
    blueprint, removed = stripped(draft.blueprint, personal=True)
    made = Publication(
        title=body.title,
        description=body.description,
        category=body.category,
        version=draft.version,
        blueprint=blueprint,
        removed=removed,
    )
    template_id = await parts.templates.publish(user, workflow, made)
    template = await parts.templates.get(user, template_id)
    return Published.model_validate({**_fields(template), "removed": removed})


@router.get("/workflow-templates", response_model=list[TemplateShape], responses=problems(422, 503))
async def list_templates(
    services: ServicesDep,
    user: UserDep,
    category: str | None = None,
    service: str | None = None,
    text: Annotated[str | None, Query(description="In title or description.")] = None,
    status: Annotated[TemplateStatus | None, Query(description="Public ones alone if so.")] = None,
    mine: Annotated[bool, Query(description="Only those that you published.")] = False,
    sort_by: TemplateOrder = "rating",
    limit: LimitDep = 50,
    offset: OffsetDep = 0,
) -> JSONResponse:
    """Public templates and your own; owners and admins see those in review too."""
    search = TemplateSearch(
        category=category,
        service=service,
        text=text,
        status=status,
        mine=mine,
        sort_by=sort_by,
        limit=limit,
        offset=offset,
    )
    found, total = await services.workflows.templates.page(user, search)
    shapes = [TemplateShape.model_validate(_fields(each)) for each in found]
    return page_response(shapes, Page(limit=limit, offset=offset), total)


@router.get("/workflow-templates/categories", responses=problems(503))
async def list_categories(services: ServicesDep, user: UserDep) -> list[CategoryShape]:
    """The categories of public templates, and how many each has."""
    search = TemplateSearch(status="public", sort_by="title", limit=_MOST_CATEGORIES)
    counts: dict[str, int] = {}
    while True:
        found, total = await services.workflows.templates.page(user, search)
        for each in found:
            counts[each.category] = counts.get(each.category, 0) + 1
        if not found or sum(counts.values()) >= total:
            break
        search = TemplateSearch(
            status="public",
            sort_by="title",
            limit=_MOST_CATEGORIES,
            offset=search.offset + len(found),
        )
    return [CategoryShape(category=name, templates=counts[name]) for name in sorted(counts)]


@router.get("/workflow-templates/{template_id}", responses=problems(404, 422, 503))
async def get_template(
    template_id: TemplateId, services: ServicesDep, user: UserDep
) -> TemplateDetail:
    """One template with its blueprint."""
    template = await services.workflows.templates.get(user, template_id)
    return TemplateDetail.model_validate(_fields(template))


@router.delete(
    "/workflow-templates/{template_id}", status_code=204, responses=problems(404, 422, 503)
)
async def delete_template(template_id: TemplateId, services: ServicesDep, user: UserDep) -> None:
    """Delete a template of yours; workflows that were made from it stay."""
    await services.workflows.templates.delete(user, template_id)


@router.post("/workflow-templates/{template_id}/submit", responses=problems(404, 409, 422, 503))
async def submit_template(
    template_id: TemplateId, services: ServicesDep, user: UserDep
) -> TemplateShape:
    """Hand a template of yours in for review."""
    await services.workflows.templates.hand_in(user, template_id)
    return await _shape(services, user, template_id)


@router.post("/workflow-templates/{template_id}/withdraw", responses=problems(404, 409, 422, 503))
async def withdraw_template(
    template_id: TemplateId, services: ServicesDep, user: UserDep
) -> TemplateShape:
    """Take a template of yours back: nobody else sees it any more."""
    await services.workflows.templates.take_back(user, template_id)
    return await _shape(services, user, template_id)


@router.post(
    "/workflow-templates/{template_id}/review",
    status_code=204,
    responses=problems(403, 404, 409, 422, 503),
)
async def review_template(
    template_id: TemplateId, body: Review, services: ServicesDep, user: UserDep
) -> None:
    """Make a template that was handed in public, or reject it; for owners and admins."""
    templates = services.workflows.templates
    await templates.review(user, template_id, body.decision, body.reason)


@router.post(
    "/workflow-templates/{template_id}/import",
    status_code=201,
    responses=problems(404, 409, 422, 503),
)
async def use_template(
    template_id: TemplateId, body: Use, services: ServicesDep, user: UserDep
) -> Begun:
    """Make a draft from a template; `slots` says what to fill in."""
    parts = services.workflows
    template = await parts.templates.get(user, template_id)
    read = parts.drafts.read(template.blueprint, body.name)
    blueprint, _ = stripped(read)
    workflow_id = await parts.repository.create(user, Draft(blueprint))
    await parts.templates.note_use(user, template_id, workflow_id)
    wrong = await parts.drafts.problems(user, blueprint)
    return Begun(
        workflow_id=workflow_id,
        version=1,
        slots=list(template.slots),
        problems=problem_shapes(wrong),
    )


@router.post("/workflow-templates/{template_id}/rate", responses=problems(404, 409, 422, 503))
async def rate_template(
    template_id: TemplateId, body: Rating, services: ServicesDep, user: UserDep
) -> TemplateShape:
    """Say what you think of a public template; you have one say, and may change it."""
    await services.workflows.templates.rate(user, template_id, body.stars)
    return await _shape(services, user, template_id)


async def _shape(services: ServicesDep, user: UserDep, template_id: str) -> TemplateShape:
    template = await services.workflows.templates.get(user, template_id)
    return TemplateShape.model_validate(_fields(template))


def _fields(template: Template) -> dict[str, Any]:
    return asdict(template)
