"""A thread as LangGraph's clients follow it: all its runs, one after the other."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Response

from domain.errors import InvalidInput
from server.dependencies import ServicesDep, UserDep
from server.live_response import LiveResponse
from server.pagination import query_list
from server.protocol.readers import thread_reader, thread_start
from server.protocol.responses import SILENCE_S
from server.routes.thread_runs import LastEventDep
from server.shapes import problems
from server.sse import MEDIA_TYPE, event_response

router = APIRouter(prefix="/threads", tags=["threads"])

_MODES: Final = ("run_modes", "lifecycle", "state_update")


@router.get(
    "/{thread_id}/stream",
    response_class=Response,
    responses={
        200: {
            "description": "The thread's runs as server-sent events; stays open. Each run begins "
            "with `metadata` and ends with one that says `run_done`.",
            "content": {MEDIA_TYPE: {}},
        },
        **problems(404, 422, 503),
    },
)
async def stream_thread(
    thread_id: UUID,
    services: ServicesDep,
    user: UserDep,
    stream_mode: Annotated[
        list[str] | None,
        Query(description="`run_modes` for all that the runs stream, `lifecycle` for their ends."),
    ] = None,
    last_event_id: LastEventDep = None,
) -> LiveResponse:
    """Follow a thread: from now on, or behind `Last-Event-ID`."""
    modes = query_list(stream_mode or ()) or ["run_modes"]
    if not set(modes) <= set(_MODES):
        raise InvalidInput(
            f"There is no such stream mode of threads. There are: {', '.join(_MODES)}."
        )
    if "state_update" in modes:
        raise HTTPException(
            501, "Updates of a thread's state are not streamed yet. Use `run_modes` or `lifecycle`."
        )
    await services.threads.get(user, thread_id)
    start = await thread_start(services.events, thread_id, last_event_id)
    frames = thread_reader(services.feed, thread_id, start, parts="run_modes" in modes)
    query = "&".join(f"stream_mode={mode}" for mode in modes)
    headers = {"Location": f"/threads/{thread_id}/stream?{query}"}
    return event_response(frames, services.stopping, SILENCE_S, headers)
