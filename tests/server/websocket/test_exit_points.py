"""How runs end while somebody watches, and what is then in the database: docs/websocket.md says it.

A model that hangs holds runs where they are.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from domain.grammar import thread_violations
from domain.identity import LOCAL_USER
from domain.runs import Run, Thread
from server.composition import open_services
from server.settings import Settings
from tests.server.websocket.live import Live, eventually, live_server
from tests.server.websocket.peers import Peer, joined
from tests.standins.model_answers import Answer
from tests.standins.model_server import MODEL, ModelServer, running_model_server

_OPENED = count()


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


class House:
    """A service that can be stopped and started again over the same database."""

    def __init__(self, url: str, folder: Path, models: ModelServer) -> None:
        self._url = url
        self._folder = folder
        self.models = models

    @asynccontextmanager
    async def open(self, **settings: Any) -> AsyncIterator[Live]:
        given = Settings(
            database_url=SecretStr(self._url),
            data_dir=self._folder,
            model=MODEL,
            openai_base_url=self.models.base_url,
            # HTTP clients with the same settings are one in a process, also when it is closed.
            model_timeout_s=60 + next(_OPENED),
            worker_beat_s=0.2,
            drain_s=0.1,
        ).model_copy(update=settings)
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_services(given, with_worker=True))
            yield await stack.enter_async_context(live_server(services))


@pytest.fixture
def house(database_url: str, tmp_path: Path, models: ModelServer) -> House:
    models.clear()
    return House(database_url, tmp_path, models)


async def hang(house: House, peer: Peer) -> dict[str, Any]:
    """Start a run that the model holds; returns its acknowledgement once it is held."""
    asked = len(house.models.requests)
    house.models.script(Answer(hangs=True))
    started = await peer.ask("user_message", text="Hello")
    await eventually(lambda: len(house.models.requests) > asked)
    return started


async def kept(live: Live, started: dict[str, Any]) -> tuple[Run, Thread]:
    run = await live.services.runs.get(LOCAL_USER, UUID(started["run_id"]))
    return run, await live.services.threads.get(LOCAL_USER, run.thread_id)


def said(thread: Thread) -> list[str]:
    return [message["type"] for message in thread.values["messages"]]


async def log(live: Live, started: dict[str, Any]) -> list[dict[str, Any]]:
    """The thread's whole log, as a subscriber gets it."""
    async with joined(live.url) as reader:
        await reader.ask("subscribe", thread_id=started["thread_id"], after=0)
        await reader.until(type="end")
        return reader.events()


async def test_normal(house: House) -> None:
    async with house.open() as live, joined(live.url) as peer:
        started = await peer.ask("user_message", text="Hello")
        events = await peer.until_end(started["run_id"])
        run, thread = await kept(live, started)
        assert (events[-1]["status"], run.status, thread.status) == ("success", "success", "idle")
        assert said(thread) == ["human", "ai"]
        assert await log(live, started) == events
        assert thread_violations(events) == []


async def test_disconnect(house: House) -> None:
    async with house.open() as live:
        async with joined(live.url) as peer:
            house.models.script(Answer(text="Late, but here.", delay_s=0.3))
            started = await peer.ask("user_message", text="Hello")
            first = await peer.until(type="agent_started")
            peer.connection.transport.abort()
        # Nobody is there, and it goes on; who comes back gets the rest.
        await eventually(lambda: live.websockets.count == 0)
        async with joined(live.url) as again:
            await again.ask("subscribe", thread_id=started["thread_id"], after=first["seq"])
            rest = await again.until_end(started["run_id"])
        assert thread_violations([first, *rest]) == []
        run, thread = await kept(live, started)
        assert (run.status, thread.status, said(thread)) == ("success", "idle", ["human", "ai"])


async def test_cancel(house: House) -> None:
    async with house.open() as live, joined(live.url) as peer, joined(live.url) as other:
        started = await hang(house, peer)
        # What an open run has said so far lies behind the messages of those that have ended.
        await other.send("subscribe", thread_id=started["thread_id"])
        init = await other.until(type="messages:init")
        assert (init["status"], init["after"], init["messages"]) == ("busy", 0, [])
        ack = await other.ask("cancel", run_id=started["run_id"])
        assert (ack["run_id"], ack["of"]) == (started["run_id"], "cancel")
        events = await peer.until_end(started["run_id"])
        assert (events[-1]["status"], thread_violations(events)) == ("cancelled", [])
        assert await other.until_end(started["run_id"]) == events
        run, thread = await kept(live, started)
        assert (run.status, said(thread)) == ("interrupted", ["human"])
        again = await other.ask("cancel", run_id=started["run_id"])
        assert again["code"] == "conflict"


async def test_error(house: House) -> None:
    async with house.open(recursion_limit=1) as live, joined(live.url) as peer:
        started = await peer.ask("user_message", text="Analyze my AI costs")
        events = await peer.until_end(started["run_id"])
        [error] = [event for event in events if event["type"] == "error"]
        assert (events[-1]["status"], thread_violations(events)) == ("error", [])
        run, thread = await kept(live, started)
        assert (run.status, thread.status) == ("error", "error")
        assert run.error == thread.error == error["message"]
        assert said(thread)[0] == "human"
        assert (await peer.ask("ping"))["type"] == "pong"


async def test_timeout(house: House) -> None:
    async with house.open(run_timeout_s=0.5) as live, joined(live.url) as peer:
        started = await hang(house, peer)
        events = await peer.until_end(started["run_id"])
        assert (events[-1]["status"], thread_violations(events)) == ("timeout", [])
        run, thread = await kept(live, started)
        assert (run.status, thread.status, said(thread)) == ("timeout", "error", ["human"])
        assert "GOLDENPATH_RUN_TIMEOUT_S" in (run.error or "")


async def test_shutdown(house: House) -> None:
    async with house.open() as live, joined(live.url) as peer:
        started = await hang(house, peer)
        first = await peer.until(type="agent_started")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(live.stop())
            code, _ = await peer.closed()
        assert code == 1001
        seen = [event for event in peer.events() if event["seq"] >= first["seq"]]
    async with house.open() as live, joined(live.url) as again:
        await again.ask("subscribe", thread_id=started["thread_id"], after=seen[-1]["seq"])
        rest = await again.until_end(started["run_id"])
        run, thread = await kept(live, started)
        # It goes on from its last step and has spent none of its attempts.
        assert (run.status, run.crashes, thread.status) == ("success", 0, "idle")
        assert "resumed" in [event["type"] for event in rest]
        assert thread_violations([*seen, *rest]) == []
        assert await log(live, started) == [*seen, *rest]


@pytest.mark.parametrize(
    ("strategy", "end"), [("enqueue", "success"), ("interrupt", "cancelled"), ("reject", None)]
)
async def test_a_second_message_to_a_busy_thread(
    house: House, strategy: str, end: str | None
) -> None:
    async with house.open() as live, joined(live.url) as peer:
        house.models.script(Answer(text="Slow.", delay_s=0.3 if strategy == "enqueue" else 30))
        first = await peer.ask("user_message", text="Hello")
        await eventually(lambda: bool(house.models.requests))
        second = await peer.ask(
            "user_message",
            text="And?",
            thread_id=first["thread_id"],
            multitask_strategy=strategy,
        )
        if end is None:
            assert second["code"] == "conflict"
            await peer.ask("cancel", run_id=first["run_id"])
            return
        ends = [await peer.until(type="end") for _ in range(2)]
        assert [one["run_id"] for one in ends] == [first["run_id"], second["run_id"]]
        assert [one["status"] for one in ends] == [end, "success"]
