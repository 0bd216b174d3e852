"""An open answer: filled in silence, finished only at its end, broken off when it must be."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from server.live_response import Liveness, LiveResponse
from server.stopping import Stopping

DEADLINE_S = 20


@dataclass
class Client:
    """The other end of the connection."""

    bodies: list[bytes] = field(default_factory=list)
    is_finished: bool = False
    leaves: asyncio.Event = field(default_factory=asyncio.Event)
    got: asyncio.Event = field(default_factory=asyncio.Event)
    #: It takes what it gets only when this is set.
    takes: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.body":
            self.bodies.append(message["body"])
            self.is_finished = not message["more_body"]
            self.got.set()


def liveness(stopping: Stopping | None = None, silence_s: float = 60.0) -> Liveness:
    return Liveness(stopping or Stopping(), silence_s, b"~", b"bye")


async def answer(response: LiveResponse, client: Client) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await response({"type": "http"}, client.receive, client.send)


def a_client(*, takes: bool = True) -> Client:
    client = Client()
    if takes:
        client.takes.set()
    return client


class Content:
    """Content that goes on when it is told to."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.is_closed = False

    async def parts(self) -> AsyncGenerator[bytes]:
        try:
            yield b"one"
            await self.goes_on.wait()
            yield b""
            yield b"two"
        finally:
            self.is_closed = True


async def test_content_that_ends_is_finished() -> None:
    client, content = a_client(), Content()
    content.goes_on.set()
    left: list[str] = []
    parts = content.parts()
    await answer(
        LiveResponse(parts, liveness(), "text/plain", left=lambda: left.append("x")), client
    )
    assert (client.bodies, client.is_finished) == ([b"one", b"two", b""], True)
    assert left == []


async def test_silence_is_filled() -> None:
    client, content = a_client(), Content()
    response = LiveResponse(content.parts(), liveness(silence_s=0.01), "text/plain")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer(response, client))
        async with asyncio.timeout(DEADLINE_S):
            while client.bodies.count(b"~") < 3:
                client.got.clear()
                await client.got.wait()
        content.goes_on.set()
    assert client.bodies[0] == b"one"
    assert client.bodies[-2:] == [b"two", b""]


async def test_a_client_that_leaves_ends_the_content_and_somebody_is_told() -> None:
    client, content = a_client(), Content()
    left: list[bool] = []
    response = LiveResponse(
        content.parts(), liveness(), "text/plain", left=lambda: left.append(content.is_closed)
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer(response, client))
        await client.got.wait()
        client.leaves.set()
    assert left == [True]
    assert not client.is_finished


async def test_a_stop_breaks_off_with_a_last_word() -> None:
    stopping, client, content = Stopping(), a_client(), Content()
    left: list[bool] = []
    response = LiveResponse(
        content.parts(), liveness(stopping), "text/plain", left=lambda: left.append(True)
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer(response, client))
        await client.got.wait()
        stopping.begin()
    assert (client.bodies, client.is_finished) == ([b"one", b"bye"], False)
    assert (left, content.is_closed) == ([], True)
    # Whoever comes now is sent away as well.
    late = a_client()
    await answer(LiveResponse(Content().parts(), liveness(stopping), "text/plain"), late)
    assert (late.bodies[-1], late.is_finished) == (b"bye", False)


async def test_a_lost_database_breaks_off(caplog: pytest.LogCaptureFixture) -> None:
    async def parts() -> AsyncGenerator[bytes]:
        yield b"one"
        raise psycopg.OperationalError("away")

    client = a_client()
    await answer(LiveResponse(parts(), liveness(), "text/plain"), client)
    assert (client.bodies, client.is_finished) == ([b"one"], False)
    assert "away" in caplog.text


async def test_a_client_that_is_slow_is_not_told_that_there_is_silence() -> None:
    client, content = a_client(), Content()

    async def slow_send(message: Any) -> None:
        if message.get("body") == b"two":
            client.takes.clear()
            client.got.set()
        await Client.send(client, message)

    content.goes_on.set()
    response = LiveResponse(content.parts(), liveness(silence_s=0.001), "text/plain")
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(response({"type": "http"}, client.receive, slow_send))
        await client.got.wait()
        # Long enough for many fillers, had there been any.
        await asyncio.wait([answering], timeout=0.05)
        client.takes.set()
    assert client.bodies == [b"one", b"two", b""]


def test_nobody_keeps_or_buffers_it() -> None:
    response = LiveResponse(Content().parts(), liveness(), "text/plain", {"Location": "/x"})
    headers = dict(response.raw_headers)
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-accel-buffering"] == b"no"
    assert headers[b"location"] == b"/x"
    assert b"content-length" not in headers
