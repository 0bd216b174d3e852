"""Pacing a feed: single events in, lists of events out, at most ten a second."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

#: Ten updates a second look fluent; every one repaints the whole chat.
UPDATE_INTERVAL_S: Final = 0.1
#: A replayed backlog is taken as a whole, unless it takes longer than this.
BACKLOG_INTERVAL_S: Final = 0.5
#: A backlog is over when nothing came for so long.
BACKLOG_PAUSE_S: Final = 0.05


async def batches(events: AsyncIterator[T], quiet_s: float) -> AsyncGenerator[Sequence[T], None]:
    """What arrived since the last batch; an empty one after `quiet_s` of silence.

    Ends when the events end; closing it stops the reading. The first batch is the backlog.
    """
    loop = asyncio.get_running_loop()
    waiting = asyncio.ensure_future(anext(events))
    batch: list[T] = []
    interval_s, pause_s = BACKLOG_INTERVAL_S, BACKLOG_PAUSE_S
    try:
        while True:
            batch = []
            done, _ = await asyncio.wait({waiting}, timeout=quiet_s)
            until = loop.time() + interval_s
            while done:
                batch.append(waiting.result())
                waiting = asyncio.ensure_future(anext(events))
                left_s = until - loop.time()
                if left_s <= 0:
                    break
                done, _ = await asyncio.wait({waiting}, timeout=min(left_s, pause_s))
            yield batch
            if batch:
                interval_s = pause_s = UPDATE_INTERVAL_S
    except StopAsyncIteration:
        if batch:
            yield batch
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})
