"""Chat: send a message and watch the agents at work."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from server.dependencies import ServicesDep, UserDep
from server.live_response import LiveResponse
from server.runs.requests import RunRequest
from server.shapes import problems
from server.sse import MEDIA_TYPE, event_response, run_frames

router = APIRouter(tags=["chat"])

#: The graph that answers in the chat.
CHAT_ASSISTANT = "supervisor"


class ChatMessage(BaseModel):
    """What a person says."""

    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = Field(
        description="The text.", examples=["Analyze my AI costs"], max_length=100_000
    )
    thread_id: UUID | None = Field(
        None, description="The conversation to go on with; a new one when it is missing."
    )


@router.post(
    "/chat",
    response_class=Response,
    responses={
        200: {
            "description": "The run's events up to its `end`, as server-sent events. `id` is the "
            "event's `seq`, `event` its type, `data` its JSON. `Content-Location` names the run.",
            "content": {MEDIA_TYPE: {}},
        },
        **problems(404, 422, 503),
    },
)
async def chat(body: ChatMessage, services: ServicesDep, user: UserDep) -> LiveResponse:
    """Start a run with this message and stream its events.

    A lost connection changes nothing: read on with `GET /threads/{thread_id}/events` and the last
    `id` you have seen.
    """
    # Both before the run can write: nothing of it lies behind this.
    new_thread_id = None
    if body.thread_id:
        after = await services.events.head(body.thread_id)
    else:
        after, new_thread_id = 0, uuid4()
        services.feed.expect(new_thread_id)
    run = await services.manager.start(
        user,
        RunRequest(
            assistant_id=CHAT_ASSISTANT,
            thread_id=body.thread_id,
            new_thread_id=new_thread_id,
            input={"messages": [{"role": "user", "content": body.message}]},
        ),
    )
    frames = run_frames(services.feed, run.thread_id, run.run_id, after)
    headers = {"Content-Location": f"/threads/{run.thread_id}/runs/{run.run_id}"}
    return event_response(frames, services.stopping, services.settings.heartbeat_s, headers)
