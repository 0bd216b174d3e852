"""Pacing: everything arrives once and in order, a backlog in few batches, silence is told."""

import asyncio
from collections.abc import AsyncIterator

from ui.batches import batches


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number


async def test_everything_arrives_once_in_order_and_a_backlog_as_a_whole() -> None:
    got = [list(batch) async for batch in batches(numbers(1000), quiet_s=1)]
    assert [n for batch in got for n in batch] == list(range(1000))
    assert len(got) <= 3


async def test_silence_is_an_empty_batch_and_what_comes_after_it_still_arrives() -> None:
    more = asyncio.Event()

    async def slow() -> AsyncIterator[int]:
        yield 1
        await more.wait()
        yield 2

    got: list[list[int]] = []
    async for batch in batches(slow(), quiet_s=0.05):
        got.append(list(batch))
        if not batch:
            more.set()
    assert got[:2] == [[1], []]
    assert [n for batch in got for n in batch] == [1, 2]


async def test_closing_stops_the_reading() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.set()

    reading = batches(endless(), quiet_s=5)
    assert await anext(reading) == [1]
    await reading.aclose()
    assert closed.is_set()
