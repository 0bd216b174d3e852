"""What libraries say when the database is away, in a line instead of a page.

The service says itself when it was lost and found.

Its jobs only carry runs: one whose end could not be noted changes nothing, and is swept away.
"""

import asyncio
import logging
from typing import Any

from procrastinate.exceptions import ProcrastinateException

logger = logging.getLogger(__name__)


def hush_queue(loop: asyncio.AbstractEventLoop, log_level: str) -> None:
    """Report failures of the queue's own tasks as warnings; at `DEBUG` it speaks for itself."""
    if log_level == "DEBUG":
        return
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    # It reports every attempt to connect again.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    loop.set_exception_handler(_handle)


def _handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, ProcrastinateException):
        cause = str(error.__cause__ or error).strip().partition("\n")[0]
        logger.warning("The queue could not note the end of a job: %s", cause)
        return
    loop.default_exception_handler(context)
