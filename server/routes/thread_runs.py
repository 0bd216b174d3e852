"""Runs of a thread: queue one, and list them."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from server.dependencies import ServicesDep, UserDep
from server.pagination import LimitDep, OffsetDep
from server.runs.requests import RunRequest
from server.shapes import RunShape, problems, run_shape

router = APIRouter(prefix="/threads", tags=["runs"])


class NewRun(BaseModel):
    """What to run."""

    assistant_id: str = Field(description="Which graph.", examples=["supervisor"])
    input: Any = Field(None, description="The graph's input.")
    metadata: dict[str, Any] = Field(default_factory=dict)


@router.post("/{thread_id}/runs", responses=problems(404, 422, 503))
async def create_run(
    thread_id: UUID, body: NewRun, response: Response, services: ServicesDep, user: UserDep
) -> RunShape:
    """Queue a run behind those the thread has; returns at once."""
    run = await services.manager.start(
        user,
        RunRequest(
            assistant_id=body.assistant_id,
            thread_id=thread_id,
            input=body.input,
            metadata=body.metadata,
        ),
    )
    response.headers["Content-Location"] = f"/threads/{thread_id}/runs/{run.run_id}"
    return run_shape(run)


@router.get("/{thread_id}/runs", responses=problems(404, 422, 503))
async def list_runs(
    thread_id: UUID,
    services: ServicesDep,
    user: UserDep,
    limit: LimitDep = 10,
    offset: OffsetDep = 0,
) -> list[RunShape]:
    """The thread's runs, newest first."""
    await services.threads.get(user, thread_id)
    runs = await services.runs.of_thread(user, thread_id, limit, offset)
    return [run_shape(run) for run in runs]
