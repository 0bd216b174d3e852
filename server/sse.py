"""Threads as server-sent events: `id` is the event's number, so any reader can go on from it."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header, Query
from sse_starlette import ServerSentEvent

from domain.errors import InvalidInput
from domain.events import StoredEvent, is_stream_part
from server.live_response import Liveness, LiveResponse
from server.runs.feed import Feed
from server.stopping import Stopping

#: Breaks the silence of a stream.
_HEARTBEAT = ServerSentEvent(comment="heartbeat", sep="\n").encode()
#: Says how soon a client whose stream breaks off may come back, milliseconds.
_COME_BACK = ServerSentEvent(retry=1_000, sep="\n").encode()

#: No event has a number beyond the database's largest.
LAST_SEQ: Final = 2**63 - 1

#: What every stream of events looks like to proxies and in the API's description.
MEDIA_TYPE = "text/event-stream"


def frame(event: StoredEvent) -> bytes:
    """One event as it goes over the wire."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.seq, event.type.encode(), event.json())


def event_response(
    frames: AsyncGenerator[bytes],
    stopping: Stopping,
    heartbeat_s: float,
    headers: Mapping[str, str] | None = None,
    left: Callable[[], None] | None = None,
) -> LiveResponse:
    """A stream of frames with a comment in every silence, unbuffered by proxies.

    When the service stops, the stream says how soon to come back and breaks off.
    """
    liveness = Liveness(stopping, heartbeat_s, _HEARTBEAT, _COME_BACK)
    return LiveResponse(frames, liveness, MEDIA_TYPE, headers, left)


async def thread_frames(feed: Feed, thread_id: UUID, after: int) -> AsyncGenerator[bytes]:
    """Every event behind `after`, for as long as the client stays."""
    async with aclosing(feed.follow(thread_id, after)) as batches:
        async for rows in batches:
            yield b"".join(frame(row) for row in rows if not is_stream_part(row.type))


async def run_frames(
    feed: Feed, thread_id: UUID, run_id: UUID, after: int
) -> AsyncGenerator[bytes]:
    """One run's events behind `after`, up to its `end`."""
    wanted = str(run_id)
    async with aclosing(feed.follow(thread_id, after)) as batches:
        async for rows in batches:
            own = [row for row in rows if row.run_id == wanted]
            yield b"".join(frame(row) for row in own if not is_stream_part(row.type))
            if own and own[-1].type == "end":
                return


def cursor(
    after: Annotated[
        int | None, Query(ge=0, le=LAST_SEQ, description="Send what comes behind this `seq`.")
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="The same, as browsers send it when they reconnect.")
    ] = None,
) -> int:
    """Where a reader goes on; from the beginning when it does not say."""
    if last_event_id is None:
        return after or 0
    return max(event_number(last_event_id), after or 0)


def event_number(text: str) -> int:
    """The number that a `Last-Event-ID` is; raises `InvalidInput` when it is none of ours."""
    try:
        # Python reads no number of several thousand digits.
        number = int(text) if len(text) <= len(str(LAST_SEQ)) else LAST_SEQ + 1
    except ValueError:
        number = LAST_SEQ + 1
    if number > LAST_SEQ:
        raise InvalidInput("Last-Event-ID must be the number of an event of ours.")
    return number
