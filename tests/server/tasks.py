"""Tasks that somebody has begun and nobody has ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import iscoroutine
from typing import Any


@asynccontextmanager
async def no_task_left() -> AsyncIterator[None]:
    """Fails when something is still under way that has begun in here."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not [task for task in left if not task.done() and not _is_gradios(task)]


def _is_gradios(task: asyncio.Task[Any]) -> bool:
    # Its queue's tasks are made for a process that ends with them.
    coroutine = task.get_coro()
    return "/gradio/" in coroutine.cr_code.co_filename if iscoroutine(coroutine) else False
