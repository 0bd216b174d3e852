"""Whoever joins when and wherever gets exactly the rest, in order, at nobody else's cost."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest

from storage.writes import Pen
from tests.server.feed_world import DEADLINE_S, Reader, World, running_world
from tests.storage.pens import pen_of_new_thread
from tests.storage.stoppable import cut_connections


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with running_world(database_url) as running:
        yield running


async def play(world: World, seed: int) -> list[Reader]:
    """A random schedule of writes, readers who come and go, and cuts; returns all readers."""
    chance = random.Random(seed)
    pens = [await pen_of_new_thread(world.database) for _ in range(2)]
    heads = dict.fromkeys(pens, 0)
    present: list[tuple[Pen, Reader]] = []
    for _ in range(40):
        pen = chance.choice(pens)
        match chance.choice(["own", "other", "both", "join", "leave", "reconnect", "meet", "cut"]):
            case "own" | "other" as who:
                count = chance.choice([1, 2, 30, 600])
                await world.write(pen, count, by_other=who == "other")
                heads[pen] += count
            case "both":
                await asyncio.gather(world.write(pen, 5), world.write(pen, 5, by_other=True))
                heads[pen] += 10
            case "join":
                present.append((pen, world.join(pen, chance.randint(0, heads[pen]))))
            case "leave" if present:
                await present.pop(chance.randrange(len(present)))[1].leave()
            case "reconnect" if present:
                place = chance.randrange(len(present))
                pen, reader = present[place]
                await reader.leave()
                present[place] = pen, world.join(pen, reader.position)
            case "meet" if present:
                pen, reader = chance.choice(present)
                await reader.reaches(heads[pen])
            case "cut" if chance.random() < 0.3:
                await world.cut_listener()
            case _:
                pass
    for pen, reader in present:
        await reader.reaches(heads[pen])
    return world.readers


@pytest.mark.parametrize("seed", range(10))
async def test_every_reader_gets_exactly_the_rest_whatever_happens(world: World, seed: int) -> None:
    for reader in await play(world, seed):
        assert reader.numbers == reader.rest


async def test_readers_get_the_very_bytes_that_were_committed(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    reader = world.join(pen)
    for by_other in (False, True, False):
        await world.write(pen, 3, by_other=by_other)
    await reader.reaches(9)
    assert reader.got == await world.events.after(pen.thread_id, 0, 100)


async def test_what_was_written_while_nobody_listened_is_caught_up(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    reader = world.join(pen)
    await world.write(pen)
    await reader.reaches(1)
    await world.cut_listener()
    await world.write(pen, 3, by_other=True)
    await reader.reaches(4)
    assert reader.numbers == [1, 2, 3, 4]


async def test_what_this_process_commits_is_not_read_back(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    readers = [world.join(pen) for _ in range(20)]
    await world.write(pen)
    for reader in readers:
        await reader.reaches(1)
    before = world.events.pages
    for seq in range(2, 42):
        await world.write(pen)
        for reader in readers:
            await reader.reaches(seq)
    assert world.events.pages == before
    # The safety net looks once a second; nothing else does.
    assert world.events.refreshes < 10


async def test_one_query_serves_all_readers_of_all_threads(world: World) -> None:
    pens = [await pen_of_new_thread(world.database) for _ in range(3)]
    readers = [world.join(pen) for pen in pens for _ in range(10)]
    for pen in pens:
        await world.write(pen)
    for reader in readers:
        await reader.reaches(1)
    pages, refreshes = world.events.pages, world.events.refreshes
    for seq in range(2, 12):
        await asyncio.gather(*(world.write(pen, by_other=True) for pen in pens))
        for reader in readers:
            await reader.reaches(seq)
    assert world.events.pages == pages
    # The three writes of a round may have been committed in up to three flushes.
    assert world.events.refreshes - refreshes <= 30 + 10


async def test_waiting_readers_hold_no_connection(world: World) -> None:
    # Those that are still being opened count as taken.
    await world.database.system.wait()
    pen = await pen_of_new_thread(world.database)
    readers = [world.join(pen) for _ in range(50)]
    await world.write(pen)
    for reader in readers:
        await reader.reaches(1)
    # At most the one look for all of them is under way, and then none is taken.
    async with asyncio.timeout(DEADLINE_S):
        while (stats := world.database.system.get_stats())["pool_available"] != stats["pool_size"]:
            assert stats["pool_available"] >= stats["pool_size"] - 1
            await asyncio.sleep(0)
    assert stats.get("requests_waiting", 0) == 0


async def test_a_thread_is_forgotten_with_its_last_reader(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    first, second = world.join(pen), world.join(pen)
    await world.write(pen)
    await first.reaches(1)
    await second.reaches(1)
    await first.leave()
    assert world.feed.followed == 1
    await second.leave()
    assert world.feed.followed == 0
    await world.write(pen)
    again = world.join(pen, after=1)
    await again.reaches(2)
    assert again.numbers == [2]


async def test_a_reader_that_claims_a_number_of_the_future_harms_nobody(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    dreamer = world.join(pen, after=5)
    reader = world.join(pen)
    await world.write(pen, 2)
    await reader.reaches(2)
    await world.write(pen, 2, by_other=True)
    await reader.reaches(4)
    await world.write(pen, 3)
    await reader.reaches(7)
    await dreamer.reaches(7)
    assert (reader.numbers, dreamer.numbers) == ([1, 2, 3, 4, 5, 6, 7], [6, 7])


async def test_a_long_backlog_comes_in_pages_and_in_order(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    await world.write(pen, 1_234)
    reader = world.join(pen, after=34)
    await reader.reaches(1_234)
    assert reader.numbers == reader.rest
    assert world.events.pages <= 4


async def test_a_slow_reader_falls_behind_by_itself_and_catches_up(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    quick = world.join(pen)
    batches = cast(Any, world.feed.follow(pen.thread_id, 0))
    async with aclosing(batches):
        await world.write(pen)
        got = [event.seq for event in await anext(batches)]
        for _ in range(3):
            await world.write(pen, 400, by_other=True)
        await quick.reaches(1_201)
        async with asyncio.timeout(DEADLINE_S):
            while got[-1] < 1_201:
                got += [event.seq for event in await anext(batches)]
    assert got == quick.numbers == list(range(1, 1_202))


async def test_a_reader_waits_for_a_database_that_is_away(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    await world.write(pen, 3)
    # The pools find out when they use their connections.
    await cut_connections(world.database.url)
    reader = world.join(pen)
    await reader.reaches(3)
    assert reader.numbers == [1, 2, 3]
