"""The tasks of a process that run beside its requests."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from server.services import Services


@asynccontextmanager
async def side_tasks(services: Services) -> AsyncGenerator[None]:
    """The tasks that run beside the requests: listening, following, probing, working."""
    async with asyncio.TaskGroup() as tasks:
        side = [
            tasks.create_task(services.listener.run(), name="listener"),
            tasks.create_task(services.feed.run(), name="feed"),
            tasks.create_task(services.departures.run(), name="departures"),
            tasks.create_task(services.due.run(), name="what is due"),
            tasks.create_task(services.endings.run(), name="ends of workflows"),
            tasks.create_task(_probe_forever(services), name="model probe"),
        ]
        if services.mailing:
            side.append(tasks.create_task(services.mailing.run(), name="mailing"))
        if services.nightly:
            side.append(tasks.create_task(services.nightly.run(), name="nightly tidying"))
        working = None
        if services.worker:
            side.append(tasks.create_task(services.triggers.ticker.run(), name="ticker"))
            working = tasks.create_task(services.worker.run(), name="worker")
            await _first(services.worker.ready.wait(), working)
        await _first(services.listener.connected.wait(), side[0])
        side.append(tasks.create_task(services.probe.run(), name="probe"))
        await services.probe.fresh()
        try:
            yield
        finally:
            if services.worker and working:
                services.worker.stop()
                await asyncio.wait([working])
            if services.nightly:
                services.nightly.stop()
            for task in side:
                task.cancel()


async def _first(condition: Coroutine[Any, Any, object], task: asyncio.Task[None]) -> None:
    """Wait for a condition, or for the failure of the task that should bring it about."""
    waiting = asyncio.ensure_future(condition)
    await asyncio.wait((waiting, task), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        task.result()


async def _probe_forever(services: Services) -> None:
    """Look after a failed model endpoint, so that it is used again once it recovers."""
    while True:
        await asyncio.sleep(services.settings.model_retry_after_s)
        await services.models.probe()
