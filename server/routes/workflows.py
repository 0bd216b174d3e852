"""Workflows: draft them, check them, make them live, and take them off."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse

from domain.errors import Conflict, InvalidInput, NotFound
from domain.identity import UserContext
from domain.workflows.workflow import Workflow, WorkflowStatus
from server.dependencies import ServicesDep, UserDep
from server.pagination import LimitDep, OffsetDep, Page, page_response
from server.services import Services
from server.shapes import problems
from server.workflow_list_shapes import ListedWorkflow
from server.workflow_shapes import (
    Activated,
    Candidate,
    ChangedWorkflow,
    Checked,
    NewWorkflow,
    Saved,
    VersionChoice,
    WorkflowDetail,
    WorkflowShape,
    problem_shapes,
    statistics,
    workflow_fields,
    workflow_shape,
)
from server.workflows.listing import WorkflowListing
from storage.workflow_analytics import Period
from storage.workflows import Draft, WorkflowOrder, WorkflowSearch, document_of

router = APIRouter(prefix="/workflows", tags=["workflows"])

#: How far back statistics go.
_STATISTICS: Final = timedelta(days=30)

IfMatchDep = Annotated[
    str | None,
    Header(description="The version that you changed: another that came between is not lost."),
]


@router.get("", response_model=list[ListedWorkflow], responses=problems(422, 503))
async def list_workflows(
    services: ServicesDep,
    user: UserDep,
    status: Annotated[WorkflowStatus | None, Query()] = None,
    service: Annotated[str | None, Query(description="That the draft uses.")] = None,
    text: Annotated[str | None, Query(description="A part of the name, in any case.")] = None,
    sort_by: WorkflowOrder = "updated_at",
    sort_order: Literal["asc", "desc"] = "desc",
    limit: LimitDep = 50,
    offset: OffsetDep = 0,
) -> JSONResponse:
    """Your workflows and those that are shared with you; `X-Pagination-Total` says how many."""
    search = WorkflowSearch(
        status=status,
        service=service,
        text=text,
        sort_by=sort_by,
        descending=sort_order == "desc",
        limit=limit,
        offset=offset,
    )
    found, total = await services.workflows.repository.page(user, search)
    parts = services.workflows
    listing = WorkflowListing(parts.executions, services.triggers.liveness, parts.integrations)
    page = Page(limit=limit, offset=offset)
    return page_response(await listing.listed(found), page, total)


@router.post("", status_code=201, responses=problems(409, 422, 503))
async def create_workflow(body: NewWorkflow, services: ServicesDep, user: UserDep) -> Saved:
    """Make a workflow; it is off until you activate it."""
    parts = services.workflows
    blueprint = parts.drafts.read(body.blueprint, body.name)
    workflow_id = await parts.repository.create(user, Draft(blueprint, body.note))
    found = await parts.drafts.problems(user, blueprint)
    return Saved(workflow_id=workflow_id, version=1, problems=problem_shapes(found))


@router.get("/{workflow_id}", responses=problems(404, 422, 503))
async def get_workflow(workflow_id: UUID, services: ServicesDep, user: UserDep) -> WorkflowDetail:
    """One workflow with its draft, and how it did in the last 30 days."""
    workflow = await services.workflows.repository.get(user, workflow_id)
    return await _detail(services, workflow)


@router.put("/{workflow_id}", responses=problems(403, 404, 409, 422, 503))
async def save_workflow(
    workflow_id: UUID,
    body: ChangedWorkflow,
    services: ServicesDep,
    user: UserDep,
    if_match: IfMatchDep = None,
) -> Saved:
    """Save the next version of the draft. What is live stays as it is.

    When somebody else has saved meanwhile the answer is 409 with the `version` there is.
    """
    parts = services.workflows
    workflow = await parts.repository.get(user, workflow_id, "editor")
    expected = _version_of(if_match)
    blueprint = parts.drafts.read(body.blueprint, body.name)
    draft = Draft(blueprint, body.note)
    version = await parts.repository.save(user, workflow, draft, expected)
    found = await parts.drafts.problems(workflow.owner, blueprint, workflow_id)
    return Saved(workflow_id=workflow_id, version=version, problems=problem_shapes(found))


@router.delete("/{workflow_id}", status_code=204, responses=problems(403, 404, 422, 503))
async def delete_workflow(workflow_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Take a workflow off and show it no more: what is queued or waits is cancelled."""
    workflow = await services.workflows.repository.get(user, workflow_id, "owner")
    await services.workflows.repository.delete(user, workflow)
    await _stop_what_waits(services, workflow)


@router.post("/{workflow_id}/validate", responses=problems(404, 422, 503))
async def validate_workflow(
    workflow_id: UUID, body: Candidate, services: ServicesDep, user: UserDep
) -> Checked:
    """All that is wrong with the draft, or with a blueprint that is not saved yet."""
    parts = services.workflows
    workflow = await parts.repository.get(user, workflow_id)
    if body.blueprint is None:
        version = await parts.versions.of(workflow, workflow.draft_version)
        blueprint = version.blueprint
    else:
        blueprint = parts.drafts.read(body.blueprint)
    found = await parts.drafts.problems(workflow.owner, blueprint, workflow_id)
    return Checked(problems=problem_shapes(found))


@router.post("/{workflow_id}/activate", responses=problems(403, 404, 422, 503))
async def activate_workflow(
    workflow_id: UUID, body: VersionChoice, services: ServicesDep, user: UserDep
) -> Activated:
    """Make a version the live one, with its triggers; 422 with `problems` when it has errors."""
    parts = services.workflows
    workflow = await parts.repository.get(user, workflow_id, "editor")
    version, found = await parts.activation.activate(user, workflow, body.version)
    return Activated(workflow_id=workflow_id, version=version, problems=problem_shapes(found))


@router.post("/{workflow_id}/deactivate", responses=problems(403, 404, 422, 503))
async def deactivate_workflow(
    workflow_id: UUID, services: ServicesDep, user: UserDep
) -> WorkflowShape:
    """Take a workflow off: nothing starts it any more; what is under way goes on."""
    repository = services.workflows.repository
    await repository.deactivate(user, await repository.get(user, workflow_id, "editor"))
    return workflow_shape(await repository.get(user, workflow_id))


async def _detail(services: Services, workflow: Workflow) -> WorkflowDetail:
    parts = services.workflows
    draft = await parts.versions.of(workflow, workflow.draft_version)
    now = datetime.now(UTC)
    period = Period(now - _STATISTICS, now)
    counted = await parts.analytics.whole(workflow.owner, period, workflow.workflow_id)
    return WorkflowDetail.model_validate(
        {
            **workflow_fields(workflow),
            "blueprint": document_of(draft.blueprint),
            "statistics": statistics(counted),
        }
    )


async def _stop_what_waits(services: Services, workflow: Workflow) -> None:
    owner: UserContext = workflow.owner
    while found := await services.workflows.executions.to_stop(owner, workflow.workflow_id):
        for run_id in found:
            try:
                await services.manager.cancel(owner, run_id)
            except (Conflict, NotFound):
                continue  # It ended meanwhile.


def _version_of(if_match: str | None) -> int:
    """The version that a header names; raises `InvalidInput`."""
    text = (if_match or "").strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(
            "Send the version that you changed as the header `If-Match`, so that nobody's changes "
            "are lost."
        )
    return int(text)
