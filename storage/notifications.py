"""The one LISTEN connection of a process: wakes whoever waits, on any channel.

A notification only wakes; the row decides. What was missed while the connection was down is caught
up by waking everybody once it is back.
"""

import asyncio
import logging
from collections.abc import Callable

import psycopg
from psycopg import sql

from domain.errors import DatabaseUnreachable
from storage.migrate import connect

logger = logging.getLogger(__name__)

_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 1.0


class Listener:
    """Hands each notification's payload to its channel's handler."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._handlers: dict[str, Callable[[str], None]] = {}
        self._caught_up: list[Callable[[], None]] = []
        self.connected = asyncio.Event()

    def on(self, channel: str, handle: Callable[[str], None], catch_up: Callable[[], None]) -> None:
        """Listen on a channel; `catch_up` is called whenever notifications may have been missed.

        Before `run` starts.
        """
        self._handlers[channel] = handle
        self._caught_up.append(catch_up)

    async def run(self) -> None:
        """Listen until cancelled, connecting again whenever the connection is lost."""
        wait_s = _FIRST_RETRY_S
        while True:
            try:
                async with await connect(self._url) as connection:
                    for channel in self._handlers:
                        await connection.execute(
                            sql.SQL("LISTEN {}").format(sql.Identifier(channel))
                        )
                    self.connected.set()
                    wait_s = _FIRST_RETRY_S
                    for catch_up in self._caught_up:
                        catch_up()
                    async for note in connection.notifies():
                        self._handlers[note.channel](note.payload)
            except (psycopg.Error, OSError, DatabaseUnreachable) as error:
                logger.warning("Listening again in %.1f s: %s", wait_s, error)
            finally:
                self.connected.clear()
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LAST_RETRY_S)
