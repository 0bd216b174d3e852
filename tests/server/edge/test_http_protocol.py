"""Slow clients and large heads against the real server: none holds a connection for long."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from server.services import Services
from tests.server.edge.raw_client import DEADLINE_S, connected
from tests.server.websocket.live import Live, eventually, live_server

HEAD = b"POST /threads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
ENDLESS = b"x" * 10_000


@pytest.fixture
async def live(services: Services) -> AsyncIterator[Live]:
    """A server without patience."""
    async with impatient(services) as running:
        yield running


@asynccontextmanager
async def impatient(services: Services, **settings: Any) -> AsyncIterator[Live]:
    given: dict[str, Any] = {
        "header_timeout_s": 0.3,
        "body_timeout_s": 0.3,
        "answer_timeout_s": 0.3,
        **settings,
    }
    async with live_server(services, **given) as running:
        yield running


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def detail_of(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"x-request-id: " in head
    assert b"connection: close" in head
    return json.loads(body)["detail"]


async def test_who_says_nothing_is_hung_up_on(live: Live) -> None:
    async with connected(live.url) as client:
        assert await client.rest() == b""


@pytest.mark.parametrize("head", [ENDLESS, GET + b"X-Slow: " + ENDLESS, b"\r\n" * 1000])
async def test_a_head_that_drips_is_ended(live: Live, head: bytes) -> None:
    async with connected(live.url) as client:
        dripping = asyncio.create_task(client.drip(head))
        answer = await client.rest()
        await dripping
    assert status_of(answer) in (400, 408)


async def test_the_second_request_of_a_connection_may_not_drip_either(live: Live) -> None:
    async with connected(live.url) as client:
        await client.send(GET, b"\r\n")
        assert status_of(await client.until(b"}")) == 200
        dripping = asyncio.create_task(client.drip(GET + b"X-Slow: " + ENDLESS))
        answer = await client.rest()
        await dripping
    assert (status_of(answer), "too slowly" in detail_of(answer)) == (408, True)


@pytest.mark.parametrize(
    ("length", "body"),
    [
        (b"Content-Length: 10000", b"x" * 10_000),
        (b"Transfer-Encoding: chunked", b"1\r\nx\r\n" * 1000),
        # Nothing at all.
        (b"Content-Length: 10000", b""),
    ],
)
async def test_a_body_that_drips_is_ended(live: Live, length: bytes, body: bytes) -> None:
    async with connected(live.url) as client:
        await client.send(HEAD, length, b"\r\n\r\n")
        dripping = asyncio.create_task(client.drip(body))
        answer = await client.rest()
        await dripping
    assert (status_of(answer), "too slowly" in detail_of(answer)) == (408, True)


async def test_a_body_that_nobody_reads_may_not_drip_either(live: Live) -> None:
    async with connected(live.url) as client:
        await client.send(GET, b"Content-Length: 10000\r\n\r\n")
        assert status_of(await client.until(b"}")) == 200
        dripping = asyncio.create_task(client.drip(ENDLESS))
        assert await client.rest() == b""
        await dripping


async def test_a_body_that_comes_fast_enough_may_take_long(services: Services) -> None:
    body = b'{"metadata": {"text": "' + b"x" * 20_000 + b'"}}'
    async with impatient(services, body_timeout_s=1.0) as live, connected(live.url) as client:
        await client.send(HEAD, b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 400):
            await client.send(body[start : start + 400])
            await asyncio.sleep(0.04)
        answer = await client.until(b"\r\n")
    assert status_of(answer) == 200


async def test_a_head_is_bounded_however_it_comes(services: Services) -> None:
    large = b"X-Large: " + b"x" * 2000 + b"\r\n"
    async with impatient(services, header_kb=1, header_timeout_s=DEADLINE_S) as live:
        for parts in ([GET + large + b"\r\n"], [GET, large], [b"GET /" + b"x" * 2000]):
            async with connected(live.url) as client:
                for part in parts:
                    await client.send(part)
                answer = await client.rest()
            assert (status_of(answer), "GOLDENPATH_HEADER_KB" in detail_of(answer)) == (431, True)
        async with connected(live.url) as client:
            await client.send(GET, b"\r\n")
            assert status_of(await client.until(b"}")) == 200


async def test_what_is_no_http_is_refused_in_words(live: Live) -> None:
    async with connected(live.url) as client:
        await client.send(b"\x16\x03\x01 what is this\r\n\r\n")
        answer = await client.rest()
    assert (status_of(answer), "no valid HTTP" in detail_of(answer)) == (400, True)


async def test_a_stream_is_no_slow_request(live: Live) -> None:
    """Neither side says anything for longer than any patience; the stream stays."""
    async with httpx.AsyncClient(base_url=live.url) as client:
        thread_id = (await client.post("/threads", json={})).json()["thread_id"]
        async with client.stream("GET", f"/threads/{thread_id}/events") as stream:
            assert stream.status_code == 200
            lines = stream.aiter_lines()
            reading = asyncio.ensure_future(anext(lines))
            done, _ = await asyncio.wait([reading], timeout=1.0)
            assert not done
            run = await client.post(
                f"/threads/{thread_id}/runs",
                json={"assistant_id": "supervisor", "input": {"messages": "Hello"}},
            )
            assert run.status_code == 200, run.text
            async with asyncio.timeout(DEADLINE_S):
                assert (await reading).startswith("id: ")


async def test_who_takes_nothing_of_an_answer_is_dropped(live: Live) -> None:
    large = {"metadata": {"text": "x" * 1_000_000}}
    async with httpx.AsyncClient(base_url=live.url, timeout=DEADLINE_S) as client:
        for _ in range(12):
            assert (await client.post("/threads", json=large)).status_code == 200
    address = urlsplit(live.url)
    with socket.socket() as slow:
        # Little room on this side, and what the other side's kernel takes is less than the answer.
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((address.hostname, address.port))
        slow.setblocking(False)
        request = b"GET /threads?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(slow, request)
        connections = live.server.server_state.connections
        await eventually(lambda: bool(connections))
        await eventually(lambda: not connections)


async def test_who_takes_an_answer_slowly_but_steadily_gets_it(services: Services) -> None:
    async with impatient(services, answer_timeout_s=0.5) as live:
        large = {"metadata": {"text": "x" * 1_000_000}}
        async with httpx.AsyncClient(base_url=live.url, timeout=DEADLINE_S) as client:
            for _ in range(6):
                assert (await client.post("/threads", json=large)).status_code == 200
        async with connected(live.url) as slow:
            await slow.send(b"GET /threads?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = await slow.until(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.splitlines()[1:] if line)
            missing = int(fields[b"content-length"])
            assert missing > 6_000_000
            while missing:
                part = await slow.reader.read(150_000)
                assert part
                missing -= len(part)
                await asyncio.sleep(0.03)
