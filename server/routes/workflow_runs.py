"""Executions of workflows: start them, list them, look into them."""

from datetime import datetime
from typing import Annotated, Any, Final, cast
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from domain.workflows.execution import ExecutionStatus
from domain.workflows.starts import WorkflowStart
from domain.workflows.workflow import Rights
from server.dependencies import ServicesDep, UserDep
from server.execution_shapes import (
    ExecutionDetail,
    ExecutionShape,
    NewExecution,
    Started,
    execution_detail,
    execution_shape,
)
from server.file_headers import file_headers
from server.pagination import LimitDep, OffsetDep, Page, page_response
from server.shapes import problems
from server.workflows.run_views import run_view
from storage.workflow_executions import ExecutionSearch

router = APIRouter(prefix="/workflows", tags=["workflow runs"])

_EXECUTE: Final[Rights] = "editor"


@router.get("/runs/{execution_id}", responses=problems(404, 422, 503))
async def get_execution(
    execution_id: UUID, services: ServicesDep, user: UserDep
) -> ExecutionDetail:
    """One execution, by the id of any of its runs: what each node did, item by item in loops.

    Nodes that are not listed were skipped or not reached.
    """
    executions = services.workflows.executions
    execution = await executions.get(user, execution_id)
    given = await executions.started_with(execution.owner, execution.run_id)
    view, seq = await run_view(services.events, execution)
    data = cast(dict[str, Any], given).get("trigger_data") if isinstance(given, dict) else None
    return execution_detail(execution, data, view, seq)


@router.get(
    "/runs/{execution_id}/outputs/{artifact_id}",
    response_class=Response,
    responses={
        200: {"description": "The whole output, as JSON.", "content": {"application/json": {}}},
        **problems(404, 422, 503),
    },
)
async def get_output(
    execution_id: UUID, artifact_id: UUID, services: ServicesDep, user: UserDep
) -> Response:
    """An output of a node that is too large for the view of its execution."""
    execution = await services.workflows.executions.get(user, execution_id)
    media_type, content = await services.artifacts.of_thread(
        execution.owner, execution.thread_id, artifact_id
    )
    headers = file_headers(f"{artifact_id}.json")
    return Response(content, media_type=media_type, headers=dict(headers))


@router.post(
    "/{workflow_id}/execute",
    status_code=202,
    responses=problems(403, 404, 409, 413, 422, 503),
)
async def execute_workflow(
    workflow_id: UUID, body: NewExecution, services: ServicesDep, user: UserDep
) -> Started:
    """Start the live version, or any version to try it; it acts for the workflow's owner."""
    parts = services.workflows
    workflow = await parts.repository.get(user, workflow_id, _EXECUTE)
    start = WorkflowStart(
        workflow_id,
        "manual",
        data=body.payload,
        node_id=body.trigger,
        version=body.version,
        started_by=user.user_id,
    )
    started = await parts.starter.start(workflow.owner, start)
    return Started(run_id=started.run_id, thread_id=started.thread_id, version=started.version)


@router.post(
    "/runs/{execution_id}/cancel", status_code=202, responses=problems(403, 404, 409, 422, 503)
)
async def cancel_execution(
    execution_id: UUID, services: ServicesDep, user: UserDep
) -> ExecutionShape:
    """Stop an execution, by the id of any of its runs: also one that waits.

    What it has asked for is called off: nobody votes on it or is reminded of it any more.
    """
    parts = services.workflows
    execution = await parts.executions.get(user, execution_id)
    if execution.owner != user:
        await parts.repository.get(user, execution.workflow_id, _EXECUTE)
    await services.manager.cancel(execution.owner, execution.last_run_id)
    return execution_shape(await parts.executions.get(user, execution_id))


@router.get(
    "/{workflow_id}/runs",
    response_model=list[ExecutionShape],
    responses=problems(404, 422, 503),
)
async def list_executions(
    workflow_id: UUID,
    services: ServicesDep,
    user: UserDep,
    status: Annotated[list[ExecutionStatus] | None, Query(description="Any of these.")] = None,
    since: Annotated[datetime | None, Query(description="Came at or after this.")] = None,
    until: Annotated[datetime | None, Query(description="Came before this.")] = None,
    limit: LimitDep = 50,
    offset: OffsetDep = 0,
) -> JSONResponse:
    """A workflow's executions, newest first; `X-Pagination-Total` says how many."""
    workflow = await services.workflows.repository.get(user, workflow_id)
    search = ExecutionSearch(statuses=status, since=since, until=until, limit=limit, offset=offset)
    found, total = await services.workflows.executions.page(workflow.owner, workflow_id, search)
    page = Page(limit=limit, offset=offset)
    return page_response([execution_shape(each) for each in found], page, total)
