"""Threads: create, list, look at, rename, delete, and read their events."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from server.dependencies import ServicesDep, UserDep
from server.runs.requests import RunRequest
from server.shapes import (
    RunShape,
    ThreadShape,
    problems,
    run_shape,
    thread_shape,
)
from server.sse import cursor, event_response, thread_frames

router = APIRouter(prefix="/threads", tags=["threads"])

LimitDep = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
OffsetDep = Annotated[int, Query(ge=0, description="How many to leave out.")]


class NewThread(BaseModel):
    """What a new thread starts with."""

    thread_id: UUID | None = Field(None, description="Its id; one is made when it is missing.")
    metadata: dict[str, Any] = Field(
        default_factory=dict, description="Anything; `title` is shown."
    )


class ThreadChange(BaseModel):
    """What to lay over a thread's metadata."""

    metadata: dict[str, Any]


class NewRun(BaseModel):
    """What to run."""

    assistant_id: str = Field(description="Which graph.", examples=["supervisor"])
    input: Any = Field(None, description="The graph's input.")
    metadata: dict[str, Any] = Field(default_factory=dict)


@router.post("", responses=problems(409, 422, 503))
async def create_thread(body: NewThread, services: ServicesDep, user: UserDep) -> ThreadShape:
    """Make a thread."""
    thread_id = body.thread_id or uuid4()
    return thread_shape(await services.threads.create(user, thread_id, body.metadata))


@router.get("", responses=problems(422, 503))
async def list_threads(
    services: ServicesDep,
    user: UserDep,
    response: Response,
    limit: LimitDep = 10,
    offset: OffsetDep = 0,
    q: Annotated[str | None, Query(description="Only titles that contain this.")] = None,
) -> list[ThreadShape]:
    """Your threads, newest first; `X-Pagination-Total` says how many there are."""
    threads, total = await services.threads.search(user, q, limit, offset)
    response.headers["X-Pagination-Total"] = str(total)
    return [thread_shape(thread) for thread in threads]


@router.get("/{thread_id}", responses=problems(404, 422, 503))
async def get_thread(thread_id: UUID, services: ServicesDep, user: UserDep) -> ThreadShape:
    """One thread, with its values and what it waits for."""
    return thread_shape(await services.threads.get(user, thread_id))


@router.patch("/{thread_id}", responses=problems(404, 422, 503))
async def change_thread(
    thread_id: UUID, body: ThreadChange, services: ServicesDep, user: UserDep
) -> ThreadShape:
    """Lay metadata over what the thread has (its `title`, say)."""
    return thread_shape(await services.threads.merge_metadata(user, thread_id, body.metadata))


@router.delete("/{thread_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_thread(thread_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Delete a thread with all it owns; what runs on it is stopped."""
    await services.manager.delete_thread(user, thread_id)


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


@router.get(
    "/{thread_id}/events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Everything behind the cursor and then what happens, as server-sent "
            "events; stays open across runs. A silent stream gets comments.",
            "content": {"text/event-stream": {}},
        },
        **problems(404, 422, 503),
    },
)
async def follow_thread(
    thread_id: UUID,
    after: Annotated[int, Depends(cursor)],
    services: ServicesDep,
    user: UserDep,
) -> EventSourceResponse:
    """Replay the thread's events and follow them, from `after` or `Last-Event-ID`."""
    await services.threads.get(user, thread_id)
    frames = thread_frames(services.feed, thread_id, after)
    return event_response(frames, services.settings.heartbeat_s)
