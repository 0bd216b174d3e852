"""The versions of a workflow, copies of it, and the document that it is."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.diff import differences
from domain.workflows.stripping import Removed, stripped
from server.dependencies import ServicesDep, UserDep
from server.pagination import LimitDep, OffsetDep, Page, page_response
from server.shapes import problems
from server.workflow_shapes import (
    BlueprintProblem,
    ChangeShape,
    Name,
    Note,
    change_shapes,
    problem_shapes,
)
from storage.workflows import Draft, document_of

router = APIRouter(prefix="/workflows", tags=["workflows"])

#: The field of where a step stands on the canvas.
_PLACE: Final = ("position",)
#: How an exported document says what it is.
_FORMAT: Final = "goldenpath.workflow"


class VersionShape(BaseModel):
    """One version of a workflow."""

    version: int
    name: str
    saved_by: str
    note: str | None
    created_at: datetime
    is_active: bool


class VersionDetail(BaseModel):
    """A version with its blueprint, and how it differs from another."""

    version: int
    blueprint: dict[str, Any]
    against: int | None
    differences: list[ChangeShape] | None = Field(
        description="What leads from the other version to this one, but for where steps stand."
    )


class Restore(BaseModel):
    """Which version to make the draft again."""

    version: int = Field(ge=1, le=2**31 - 1)
    note: Note = None


class Copy(BaseModel):
    """What the copy is to be called."""

    name: Name | None = None


class Document(BaseModel):
    """A workflow to keep elsewhere; it holds no secrets."""

    format: Literal["goldenpath.workflow"] = _FORMAT
    name: Name
    blueprint: dict[str, Any]


class Imported(BaseModel):
    """The workflow that was made, what was left out, and what is wrong with it."""

    workflow_id: UUID
    version: int
    removed: list[Removed]
    problems: list[BlueprintProblem]


@router.post("/import", status_code=201, responses=problems(409, 422, 503))
async def import_workflow(body: Document, services: ServicesDep, user: UserDep) -> Imported:
    """Make a workflow from an exported document; it is off.

    Connections that are not yours, and texts that look like secrets, are left out.
    """
    blueprint = services.workflows.drafts.read(body.blueprint, body.name)
    return await _made(services, user, blueprint)


@router.get("/{workflow_id}/export", responses=problems(404, 422, 503))
async def export_workflow(
    workflow_id: UUID,
    services: ServicesDep,
    user: UserDep,
    version: Annotated[int | None, Query(ge=1, description="The draft when missing.")] = None,
) -> Document:
    """A version of a workflow as a document."""
    workflow = await services.workflows.repository.get(user, workflow_id)
    found = await services.workflows.versions.of(workflow, version or workflow.draft_version)
    return Document(name=found.blueprint.name, blueprint=document_of(found.blueprint))


@router.post("/{workflow_id}/duplicate", status_code=201, responses=problems(404, 409, 422, 503))
async def duplicate_workflow(
    workflow_id: UUID, body: Copy, services: ServicesDep, user: UserDep
) -> Imported:
    """Make a workflow of your own from the draft of one that you see; it is off."""
    workflow = await services.workflows.repository.get(user, workflow_id)
    found = await services.workflows.versions.of(workflow, workflow.draft_version)
    name = body.name or f"{found.blueprint.name[:190]} (copy)"
    blueprint = found.blueprint.model_copy(update={"name": name})
    return await _made(services, user, blueprint)


@router.get(
    "/{workflow_id}/versions",
    response_model=list[VersionShape],
    responses=problems(404, 422, 503),
)
async def list_versions(
    workflow_id: UUID,
    services: ServicesDep,
    user: UserDep,
    limit: LimitDep = 50,
    offset: OffsetDep = 0,
) -> JSONResponse:
    """Every version that a workflow ever had, newest first."""
    workflow = await services.workflows.repository.get(user, workflow_id)
    found, total = await services.workflows.versions.list(workflow, limit, offset)
    shapes = [
        VersionShape(
            version=note.version,
            name=note.name,
            saved_by=note.saved_by,
            note=note.note,
            created_at=note.created_at,
            is_active=note.version == workflow.active_version,
        )
        for note in found
    ]
    return page_response(shapes, Page(limit=limit, offset=offset), total)


@router.get("/{workflow_id}/versions/{version}", responses=problems(404, 422, 503))
async def get_version(
    workflow_id: UUID,
    version: int,
    services: ServicesDep,
    user: UserDep,
    against: Annotated[int | None, Query(ge=1, description="Tell the difference to it.")] = None,
) -> VersionDetail:
    """One version of a workflow."""
    workflow = await services.workflows.repository.get(user, workflow_id)
    found = await services.workflows.versions.of(workflow, version)
    told = None
    if against is not None:
        before = await services.workflows.versions.of(workflow, against)
        changes = differences(before.blueprint, found.blueprint)
        told = change_shapes(one for one in changes if one.field != _PLACE)
    return VersionDetail(
        version=version,
        blueprint=document_of(found.blueprint),
        against=against,
        differences=told,
    )


@router.post("/{workflow_id}/restore", responses=problems(403, 404, 409, 422, 503))
async def restore_version(
    workflow_id: UUID, body: Restore, services: ServicesDep, user: UserDep
) -> Imported:
    """Make an earlier version the draft again, as the next version."""
    parts = services.workflows
    workflow = await parts.repository.get(user, workflow_id, "editor")
    found = await parts.versions.of(workflow, body.version)
    draft = Draft(found.blueprint, body.note or f"Version {body.version} again.")
    version = await parts.repository.save(user, workflow, draft, workflow.draft_version)
    wrong = await parts.drafts.problems(workflow.owner, found.blueprint, workflow_id)
    return Imported(
        workflow_id=workflow_id, version=version, removed=[], problems=problem_shapes(wrong)
    )


async def _made(services: ServicesDep, user: UserDep, blueprint: Blueprint) -> Imported:
    parts = services.workflows
    own = await parts.drafts.catalogues.connection_kinds(user)
    blueprint, removed = stripped(blueprint, keep_connections=frozenset(own))
    workflow_id = await parts.repository.create(user, Draft(blueprint))
    wrong = await parts.drafts.problems(user, blueprint)
    return Imported(
        workflow_id=workflow_id, version=1, removed=removed, problems=problem_shapes(wrong)
    )
