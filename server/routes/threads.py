"""Threads: create, list, look at, rename, delete, and read their events."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from server.dependencies import ServicesDep, UserDep
from server.live_response import LiveResponse
from server.pagination import LimitDep, OffsetDep
from server.shapes import ThreadShape, problems, thread_shape
from server.sse import MEDIA_TYPE, cursor, event_response, thread_frames
from storage.threads import ThreadSearch

router = APIRouter(prefix="/threads", tags=["threads"])


class NewThread(BaseModel):
    """What a new thread starts with."""

    thread_id: UUID | None = Field(None, description="Its id; one is made when it is missing.")
    metadata: dict[str, Any] = Field(
        default_factory=dict, description="Anything; `title` is shown."
    )


class ThreadChange(BaseModel):
    """What to lay over a thread's metadata."""

    metadata: dict[str, Any]


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
    threads, total = await services.threads.search(
        user, ThreadSearch(title=q, limit=limit, offset=offset)
    )
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


@router.get(
    "/{thread_id}/events",
    response_class=Response,
    responses={
        200: {
            "description": "Everything behind the cursor and then what happens, as server-sent "
            "events; stays open across runs. A silent stream gets comments.",
            "content": {MEDIA_TYPE: {}},
        },
        **problems(404, 422, 503),
    },
)
async def follow_thread(
    thread_id: UUID,
    after: Annotated[int, Depends(cursor)],
    services: ServicesDep,
    user: UserDep,
) -> LiveResponse:
    """Replay the thread's events and follow them, from `after` or `Last-Event-ID`."""
    await services.threads.get(user, thread_id)
    frames = thread_frames(services.feed, thread_id, after)
    return event_response(frames, services.stopping, services.settings.heartbeat_s)
