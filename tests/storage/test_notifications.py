"""One connection hears all channels, and whoever listens is told when it may have missed some."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from storage.database import Database
from storage.notifications import Listener
from tests.storage.owner import as_owner

DEADLINE_S = 20


class Heard:
    """What arrived on one channel."""

    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.catch_ups = 0
        self._changed = asyncio.Event()

    def hear(self, payload: str) -> None:
        self.payloads.append(payload)
        self._changed.set()

    def catch_up(self) -> None:
        self.catch_ups += 1
        self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def listening(url: str, **channels: Heard) -> AsyncIterator[Listener]:
    listener = Listener(url)
    for name, heard in channels.items():
        listener.on(name, heard.hear, heard.catch_up)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(listener.run(), name="listener")
        await asyncio.wait_for(listener.connected.wait(), DEADLINE_S)
        yield listener
        task.cancel()


async def notify(database: Database, channel: str, payload: str) -> None:
    async with as_owner(database) as connection:
        await connection.execute("SELECT pg_notify(%s, %s)", [channel, payload])


async def test_each_channel_hears_its_own(database: Database, database_url: str) -> None:
    first, second = Heard(), Heard()
    async with listening(database_url, first=first, second=second):
        await notify(database, "first", "a")
        await notify(database, "second", "b")
        await notify(database, "third", "c")
        await notify(database, "first", "d")
        await first.until(lambda: len(first.payloads) == 2)
        await second.until(lambda: len(second.payloads) == 1)
    assert (first.payloads, second.payloads) == (["a", "d"], ["b"])


async def test_everybody_looks_once_when_it_begins(database_url: str) -> None:
    first, second = Heard(), Heard()
    async with listening(database_url, first=first, second=second):
        assert (first.catch_ups, second.catch_ups) == (1, 1)


async def test_a_lost_connection_is_made_again_and_everybody_looks(
    database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard()
    async with listening(database_url, channel=heard) as listener:
        async with database.runs.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        await heard.until(lambda: heard.catch_ups == 2)
        assert listener.connected.is_set()
        await notify(database, "channel", "again")
        await heard.until(lambda: heard.payloads == ["again"])
    assert "Listening again in" in caplog.text


async def test_it_is_not_connected_when_it_has_stopped(database_url: str) -> None:
    async with listening(database_url, channel=Heard()) as listener:
        assert listener.connected.is_set()
    assert not listener.connected.is_set()
