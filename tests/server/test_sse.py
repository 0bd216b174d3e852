"""A thread as server-sent events: exact frames, and a cursor from query or header."""

from collections.abc import AsyncGenerator
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI

from domain.errors import InvalidInput
from domain.events import StoredEvent
from server.sse import cursor, event_response, frame
from server.stopping import Stopping


def test_a_frame_is_number_type_and_the_committed_bytes() -> None:
    event = StoredEvent(7, "t", "r", "end", b'{"type":"end"}')
    assert frame(event) == b'id: 7\nevent: end\ndata: {"seq":7,"type":"end"}\n\n'


@pytest.mark.parametrize(
    ("after", "header", "expected"),
    [
        (None, None, 0),
        (5, None, 5),
        (None, "7", 7),
        # A browser reconnects to the same address and says in the header how far it came.
        (5, "7", 7),
        (7, "5", 7),
        (0, "0", 0),
    ],
)
def test_a_reader_goes_on_where_it_says(
    after: int | None, header: str | None, expected: int
) -> None:
    assert cursor(after, header) == expected


@pytest.mark.parametrize("header", ["", "abc", "1.5", "7;8", str(2**63), "9" * 5000])
def test_a_cursor_of_somebody_else_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput, match="Last-Event-ID"):
        cursor(None, header)


async def get(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers=headers)


async def test_the_cursor_is_read_from_the_query_and_the_header() -> None:
    app = FastAPI()

    async def position(after: Annotated[int, Depends(cursor)]) -> int:
        return after

    app.get("/position")(position)
    assert (await get(app, "/position?after=3")).json() == 3
    assert (await get(app, "/position?after=3", **{"Last-Event-ID": "9"})).json() == 9
    assert (await get(app, "/position?after=-1")).status_code == 422
    assert (await get(app, f"/position?after={2**63 - 1}")).json() == 2**63 - 1
    assert (await get(app, f"/position?after={2**63}")).status_code == 422


async def test_a_stream_is_not_buffered_or_kept() -> None:
    app = FastAPI()

    async def frames() -> AsyncGenerator[bytes]:
        yield frame(StoredEvent(1, "t", "r", "end", b'{"type":"end"}'))

    async def stream() -> object:
        return event_response(frames(), Stopping(), 15.0, {"Content-Location": "/threads/t/runs/r"})

    app.get("/stream", response_model=None)(stream)
    response = await get(app, "/stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    assert "no-store" in response.headers["cache-control"]
    assert response.headers["content-location"] == "/threads/t/runs/r"
    assert response.content == b'id: 1\nevent: end\ndata: {"seq":1,"type":"end"}\n\n'
