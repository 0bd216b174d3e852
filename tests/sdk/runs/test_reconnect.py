"""A reader that lost its connection at any event gets exactly the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from langgraph_sdk.client import LangGraphClient

from server.services import Services
from tests.sdk.runs.clients import QUESTION, Door, frames, new_thread
from tests.sdk.runs.graphs import TALE
from tests.storage.owner import as_owner

MODES: list[Any] = ["values", "updates", "messages-tuple", "tasks", "agent_events"]
END = ("end", {"status": "success"})


@pytest.fixture
async def http(service_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service_url, timeout=30) as opened:
        yield opened


async def raw_frames(http: httpx.AsyncClient, path: str, cursor: str | None = None) -> list[str]:
    """A stream's frames as they are on the wire, without comments."""
    headers = {} if cursor is None else {"Last-Event-ID": cursor}
    answer = await http.get(path, headers=headers)
    assert answer.status_code == 200
    return [frame for frame in answer.text.split("\n\n") if frame and not frame.startswith(":")]


def number_of(frame: str) -> int | None:
    return next((int(line[4:]) for line in frame.splitlines() if line.startswith("id: ")), None)


def name_of(frame: str) -> str:
    return frame.splitlines()[0].removeprefix("event: ")


async def test_the_union_is_exact_wherever_a_stream_is_cut(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id = await new_thread(client)
    # Another run before and one behind: their numbers are not this one's.
    first = await client.runs.create(thread_id, "nested", input=QUESTION)
    run = await client.runs.create(
        thread_id, "nested", input=QUESTION, stream_mode=MODES, stream_subgraphs=True
    )
    last = await client.runs.create(thread_id, "nested", input=QUESTION)
    await client.runs.join(thread_id, last["run_id"])
    path = f"/threads/{thread_id}/runs/{run['run_id']}/stream"
    whole = await raw_frames(http, path, "-1")
    assert await raw_frames(http, path, "0-0") == whole
    numbers = [number for frame in whole if (number := number_of(frame))]
    assert numbers == sorted(set(numbers))
    for place, frame in enumerate(whole[:-1]):
        number = number_of(frame)
        if number is None:
            # One row's frames stay together: no cursor lies between them.
            continue
        assert await raw_frames(http, path, str(number)) == whole[place + 1 :]
    # Numbers of other runs are valid cursors.
    assert await raw_frames(http, path, "1") == whole
    assert first["run_id"] != run["run_id"]


async def test_a_reader_behind_the_end_gets_one_end_without_a_number(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id = await new_thread(client)
    run = await client.runs.create(thread_id, "counting", input={"count": 0})
    await client.runs.join(thread_id, run["run_id"])
    path = f"/threads/{thread_id}/runs/{run['run_id']}/stream"
    [end] = await raw_frames(http, path)
    number = number_of(end)
    assert number
    for cursor in (str(number), str(number + 1), "9" * 24, "9" * 5000):
        [told] = await raw_frames(http, path, cursor)
        assert (name_of(told), number_of(told)) == ("end", None)


async def test_who_has_no_cursor_of_ours_is_told_of_a_gap_and_gets_all(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id = await new_thread(client)
    run = await client.runs.create(thread_id, "counting", input={"count": 0})
    await client.runs.join(thread_id, run["run_id"])
    path = f"/threads/{thread_id}/runs/{run['run_id']}/stream"
    whole = await raw_frames(http, path, "-1")
    gap, *rest = await raw_frames(http, path, "1712345678901-3")
    last = number_of(whole[-1])
    assert gap == f'event: gap\ndata: {{"from":1,"to":{last}}}'
    assert rest == whole


async def test_what_is_cleared_away_is_a_gap(
    client: LangGraphClient, http: httpx.AsyncClient, services: Services
) -> None:
    thread_id = await new_thread(client)
    run = await client.runs.create(thread_id, "nested", input=QUESTION, stream_mode=MODES)
    await client.runs.join(thread_id, run["run_id"])
    path = f"/threads/{thread_id}/runs/{run['run_id']}/stream"
    whole = await raw_frames(http, path, "-1")
    async with as_owner(services.database) as connection:
        cursor = await connection.execute(
            "DELETE FROM run_events WHERE type IN ('values', 'updates', 'messages', 'tasks')"
            " RETURNING seq"
        )
        gone = sorted(row["seq"] for row in await cursor.fetchall())
    gap, *rest = await raw_frames(http, path, "-1")
    assert gap == f'event: gap\ndata: {{"from":{gone[0]},"to":{gone[-1]}}}'
    assert rest == [frame for frame in whole if number_of(frame) not in gone]
    # Who has seen all of that misses nothing.
    behind = await raw_frames(http, path, str(gone[-1]))
    assert "gap" not in {name_of(frame) for frame in behind}


class _Cut(httpx.AsyncByteStream):
    """A body that breaks off after so many bytes."""

    def __init__(self, body: httpx.AsyncByteStream, left: int) -> None:
        self._body = body
        self._left = left

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            yield piece[: self._left]
            self._left -= len(piece)
            if self._left <= 0:
                raise httpx.ReadError("cut")

    async def aclose(self) -> None:
        await self._body.aclose()


class _CuttingTransport(httpx.AsyncBaseTransport):
    """A network that breaks each stream off, a little later every time."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.streams = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if "text/event-stream" in answer.headers.get("content-type", ""):
            self.streams += 1
            assert isinstance(answer.stream, httpx.AsyncByteStream)
            answer.stream = _Cut(answer.stream, 700 * self.streams)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


async def test_the_official_client_comes_back_by_itself_and_misses_nothing(
    client: LangGraphClient, service_url: str
) -> None:
    thread_id = await new_thread(client)
    network = _CuttingTransport()
    async with httpx.AsyncClient(base_url=service_url, transport=network, timeout=30) as http:
        cut = LangGraphClient(http)
        stream = cut.runs.stream(
            thread_id, "telling", input=QUESTION, stream_mode=["messages-tuple", "values"]
        )
        got = await frames(stream)
    assert network.streams > 1
    assert got[-1] == END
    [run] = await client.runs.list(thread_id)
    whole = await frames(client.runs.join_stream(thread_id, run["run_id"], last_event_id="-1"))
    assert got == whole
    assert "".join(data[0]["content"] for name, data in got if name == "messages") == TALE


@asynccontextmanager
async def _stream(http: httpx.AsyncClient, thread_id: str, **body: Any) -> AsyncIterator[Any]:
    path = f"/threads/{thread_id}/runs/stream"
    async with http.stream("POST", path, json={"assistant_id": "waiting", **body}) as answer:
        yield answer


async def test_a_run_goes_on_when_its_reader_leaves(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id, door = await new_thread(client), Door()
    async with _stream(http, thread_id, input=door.input):
        await door.reached()
    [run] = await client.runs.list(thread_id)
    door.open()
    await client.runs.join(thread_id, run["run_id"])
    assert (await client.runs.get(thread_id, run["run_id"]))["status"] == "success"


async def test_a_run_that_depends_on_its_reader_is_cancelled_when_it_stays_away(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id, door = await new_thread(client), Door()
    async with _stream(http, thread_id, input=door.input, on_disconnect="cancel"):
        await door.reached()
    [run] = await client.runs.list(thread_id)
    # What comes behind it begins when it has stopped.
    await client.runs.wait(thread_id, "waiting", input={"gate": ""})
    assert (await client.runs.get(thread_id, run["run_id"]))["status"] == "interrupted"


async def test_a_run_that_depends_on_its_reader_goes_on_when_it_comes_back(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id, door = await new_thread(client), Door()
    async with _stream(http, thread_id, input=door.input, on_disconnect="cancel"):
        await door.reached()
    [run] = await client.runs.list(thread_id)
    stream = client.runs.join_stream(thread_id, run["run_id"], last_event_id="-1")
    reading = asyncio.create_task(frames(stream))
    other, witness = await new_thread(client), Door()
    # It leaves later, so its run ends later than the first one's would.
    async with _stream(http, other, input=witness.input, on_disconnect="cancel"):
        await witness.reached()
    [late] = await client.runs.list(other)
    await client.runs.wait(other, "waiting", input={"gate": ""})
    assert (await client.runs.get(other, late["run_id"]))["status"] == "interrupted"
    assert (await client.runs.get(thread_id, run["run_id"]))["status"] == "running"
    door.open()
    assert (await reading)[-1] == END


async def test_a_reader_may_take_the_run_along(
    client: LangGraphClient, http: httpx.AsyncClient
) -> None:
    thread_id, door = await new_thread(client), Door()
    run = await client.runs.create(thread_id, "waiting", input=door.input)
    path = f"/threads/{thread_id}/runs/{run['run_id']}/stream"
    async with http.stream("GET", path, params={"cancel_on_disconnect": "true"}):
        await door.reached()
    await client.runs.wait(thread_id, "waiting", input={"gate": ""})
    assert (await client.runs.get(thread_id, run["run_id"]))["status"] == "interrupted"


async def test_a_stopping_service_breaks_streams_off_for_their_readers_to_come_back(
    client: LangGraphClient, http: httpx.AsyncClient, services: Services
) -> None:
    thread_id, door = await new_thread(client), Door()
    text = b""

    async def read() -> None:
        nonlocal text
        async with _stream(http, thread_id, input=door.input) as answer:
            await door.reached()
            services.stopping.begin()
            async for piece in answer.aiter_raw():
                text += piece

    with pytest.raises(httpx.RemoteProtocolError):
        await read()
    assert text.endswith(b"retry: 1000\n\n")
    [run] = await client.runs.list(thread_id)
    path = f"/threads/{thread_id}/runs/{run['run_id']}/join"
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get(path)
    door.open()
