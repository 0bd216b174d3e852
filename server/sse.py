"""Threads as server-sent events: `id` is the event's number, so any reader can go on from it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from domain.errors import InvalidInput
from domain.events import StoredEvent
from server.runs.feed import Feed


def frame(event: StoredEvent) -> bytes:
    """One event as it goes over the wire."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.seq, event.type.encode(), event.json())


def event_response(
    frames: AsyncIterator[bytes], heartbeat_s: float, headers: Mapping[str, str] | None = None
) -> EventSourceResponse:
    """A stream of frames with a comment in every silence, unbuffered by proxies."""
    return EventSourceResponse(
        frames, ping=heartbeat_s, ping_message_factory=_heartbeat, headers=headers
    )


async def thread_frames(feed: Feed, thread_id: UUID, after: int) -> AsyncIterator[bytes]:
    """Everything behind `after`, for as long as the client stays."""
    async with aclosing(feed.follow(thread_id, after)) as batches:
        async for events in batches:
            yield b"".join(map(frame, events))


async def run_frames(feed: Feed, thread_id: UUID, run_id: UUID, after: int) -> AsyncIterator[bytes]:
    """One run's events behind `after`, up to its `end`."""
    wanted = str(run_id)
    async with aclosing(feed.follow(thread_id, after)) as batches:
        async for events in batches:
            own = [event for event in events if event.run_id == wanted]
            if own:
                yield b"".join(map(frame, own))
                if own[-1].type == "end":
                    return


def cursor(
    after: Annotated[
        int | None, Query(ge=0, description="Send what comes behind this `seq`.")
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="The same, as browsers send it when they reconnect.")
    ] = None,
) -> int:
    """Where a reader goes on; from the beginning when it does not say."""
    if last_event_id is None:
        return after or 0
    try:
        return max(int(last_event_id), after or 0)
    except ValueError:
        raise InvalidInput("Last-Event-ID must be the number of an event of ours.") from None


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="heartbeat")
