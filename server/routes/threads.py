"""Threads: create, find, look at, change, copy, delete, and read their events."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Response
from fastapi.responses import JSONResponse

from domain.errors import Conflict, NotFound
from domain.json_paths import at_path
from domain.runs import ThreadStatus
from server.dependencies import ServicesDep, UserDep
from server.live_response import LiveResponse
from server.pagination import (
    LimitDep,
    OffsetDep,
    Page,
    checked_select,
    page_headers,
    page_response,
    query_list,
    selected,
)
from server.shapes import ThreadShape, problems, thread_shape
from server.sse import MEDIA_TYPE, cursor, event_response, thread_frames
from server.thread_shapes import (
    FoundThreadShape,
    NewThread,
    ThreadChange,
    ThreadFilter,
    ThreadPruning,
    ThreadQuery,
)
from storage.threads import ThreadKind, ThreadSearch

router = APIRouter(prefix="/threads", tags=["threads"])


@router.post("", responses=problems(404, 409, 422, 503))
async def create_thread(body: NewThread, services: ServicesDep, user: UserDep) -> ThreadShape:
    """Make a thread, empty or with a history to begin with."""
    thread_id, metadata = body.thread_id or uuid4(), body.checked_metadata()
    try:
        made = await services.states.create(user, thread_id, metadata, body.updates())
    except Conflict as taken:
        if body.if_exists != "do_nothing":
            raise
        try:
            made = await services.threads.get(user, thread_id)
        except NotFound:
            # Somebody else's.
            raise taken from None
    return thread_shape(made)


@router.get("", response_model=list[ThreadShape], responses=problems(422, 503))
async def list_threads(
    services: ServicesDep,
    user: UserDep,
    limit: LimitDep = 10,
    offset: OffsetDep = 0,
    q: Annotated[str | None, Query(description="Only titles that contain this.")] = None,
    kind: Annotated[
        ThreadKind | None, Query(description="`chat`: no executions of workflows. Else all.")
    ] = None,
    status: Annotated[ThreadStatus | None, Query(description="How they stand.")] = None,
    select: Annotated[list[str] | None, Query(description="Only these fields.")] = None,
) -> JSONResponse:
    """Your threads, newest first; `X-Pagination-Total` says how many there are."""
    fields = checked_select(ThreadShape, query_list(select or ()))
    search = ThreadSearch(
        title=q,
        kind=kind,
        status=status,
        limit=limit,
        offset=offset,
        with_values=not fields or "values" in fields,
    )
    threads, total = await services.threads.search(user, search)
    page = Page(limit=limit, offset=offset)
    return page_response([thread_shape(thread) for thread in threads], page, total, fields)


@router.post("/search", response_model=list[FoundThreadShape], responses=problems(422, 503))
async def search_threads(body: ThreadQuery, services: ServicesDep, user: UserDep) -> JSONResponse:
    """Your threads that fit, page by page; `X-Pagination-Total` says how many there are."""
    select, paths = checked_select(ThreadShape, body.select), body.paths()
    search = ThreadSearch(
        ids=body.ids,
        status=body.status,
        metadata=body.metadata or {},
        values=body.values or {},
        sort_by=body.sort_by or "updated_at",
        descending=body.sort_order != "asc",
        limit=body.limit,
        offset=body.offset,
        with_values=not select
        or "values" in select
        or any(path[0] == "values" for path in paths.values()),
    )
    threads, total = await services.threads.search(user, search)
    found: list[dict[str, Any]] = []
    for thread in threads:
        shape = thread_shape(thread)
        found.append(selected(shape, select))
        if paths:
            whole = shape.model_dump(mode="json")
            extracted = {name: at_path(whole, path) for name, path in paths.items()}
            found[-1]["extracted"] = extracted
    return JSONResponse(found, headers=page_headers(body, len(found), total))


@router.post("/count", responses=problems(422, 503))
async def count_threads(body: ThreadFilter, services: ServicesDep, user: UserDep) -> int:
    """How many of your threads fit."""
    search = ThreadSearch(
        status=body.status,
        metadata=body.metadata or {},
        values=body.values or {},
        limit=1,
        with_values=False,
    )
    return (await services.threads.search(user, search))[1]


@router.post("/prune", status_code=501, responses=problems(422, 501))
async def prune_threads(body: ThreadPruning, user: UserDep) -> None:
    """Not there yet: threads cannot be made smaller one by one."""
    raise HTTPException(
        501,
        "Threads cannot be pruned here yet. Delete those that are no longer needed with DELETE "
        "/threads/{thread_id}; old checkpoints go by the service's settings.",
    )


@router.get("/{thread_id}", responses=problems(404, 422, 503))
async def get_thread(thread_id: UUID, services: ServicesDep, user: UserDep) -> ThreadShape:
    """One thread, with its values and what it waits for."""
    return thread_shape(await services.threads.get(user, thread_id))


@router.patch(
    "/{thread_id}",
    response_model=ThreadShape,
    responses={
        204: {"description": "It was changed, and with `Prefer: return=minimal` that is all."},
        **problems(404, 422, 503),
    },
)
async def change_thread(
    thread_id: UUID,
    body: ThreadChange,
    services: ServicesDep,
    user: UserDep,
    prefer: Annotated[
        str | None, Header(description="`return=minimal` for an empty answer.")
    ] = None,
) -> ThreadShape | Response:
    """Lay metadata over what the thread has (its `title`, say)."""
    changed = await services.threads.merge_metadata(user, thread_id, body.checked_metadata())
    if prefer and "return=minimal" in prefer:
        return Response(status_code=204)
    return thread_shape(changed)


@router.delete("/{thread_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_thread(thread_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Delete a thread with all it owns; what runs on it is stopped."""
    await services.manager.delete_thread(user, thread_id)


@router.post("/{thread_id}/copy", responses=problems(404, 422, 503))
async def copy_thread(thread_id: UUID, services: ServicesDep, user: UserDep) -> ThreadShape:
    """A new thread with the state and the history of this one; its runs and events stay here."""
    return thread_shape(await services.states.copy(user, thread_id))


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
