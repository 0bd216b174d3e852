"""Ending tasks for certain."""

import asyncio
from typing import Any, Final

_AGAIN_S: Final = 0.2


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they are gone.

    Again and again: in Python 3.11 the pool's `wait_for` may lose a cancellation.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_S)
