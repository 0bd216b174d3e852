"""The one LISTEN connection of a process: wakes whoever waits, on any channel.

A notification only wakes; the row decides. What was missed while the connection was down is caught
up by waking everybody once it is back. A server that says nothing is asked whether it is there.
"""

import asyncio
import logging
from collections.abc import Callable

import psycopg
from psycopg import sql

from domain.errors import DatabaseUnreachable
from storage.database import Connection
from storage.migrate import connect

logger = logging.getLogger(__name__)

_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 0.5

#: How often the server is asked whether it still hears us, how soon it should say so, and when the
#: connection is given up.
_PULSE_S, _SOON_S, _SILENT_S = 1.0, 1.0, 5.0


class Listener:
    """Hands each notification's payload to its channel's handler."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._handlers: dict[str, Callable[[str], None]] = {}
        self._caught_up: list[Callable[[], None]] = []
        self._watching: list[Callable[[], None]] = []
        self._asked_at: float | None = None
        self.connected = asyncio.Event()

    def on(self, channel: str, handle: Callable[[str], None], catch_up: Callable[[], None]) -> None:
        """Listen on a channel; `catch_up` is called whenever notifications may have been missed.

        Before `run` starts.
        """
        self._handlers[channel] = handle
        self._caught_up.append(catch_up)

    def watch(self, changed: Callable[[], None]) -> None:
        """Have this called whenever the connection is lost or made again."""
        self._watching.append(changed)

    @property
    def is_answering(self) -> bool:
        """Whether the server hears us, as far as we know."""
        if not self.connected.is_set():
            return False
        return (
            self._asked_at is None or asyncio.get_running_loop().time() - self._asked_at < _SOON_S
        )

    async def run(self) -> None:
        """Listen until cancelled, connecting again whenever the connection is lost."""
        wait_s = _FIRST_RETRY_S
        while True:
            try:
                async with await connect(self._url) as connection:
                    for channel in self._handlers:
                        await self._listen(connection, channel)
                    self.connected.set()
                    wait_s = _FIRST_RETRY_S
                    self._tell()
                    for catch_up in self._caught_up:
                        catch_up()
                    await self._hear(connection)
            except (psycopg.Error, OSError, DatabaseUnreachable, TimeoutError) as error:
                # Once for each time that it is lost.
                level = logging.WARNING if wait_s == _FIRST_RETRY_S else logging.DEBUG
                logger.log(level, "Listening again in %.1f s: %s", wait_s, error or "no answer")
            finally:
                self._asked_at = None
                if self.connected.is_set():
                    self.connected.clear()
                    self._tell()
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LAST_RETRY_S)

    async def _hear(self, connection: Connection) -> None:
        """Hand on what is heard until the connection is lost, be it in silence."""
        pulse = next(iter(self._handlers))
        while True:
            async for note in connection.notifies(timeout=_PULSE_S):
                self._handlers[note.channel](note.payload)
            self._asked_at = asyncio.get_running_loop().time()
            async with asyncio.timeout(_SILENT_S):
                # To listen again changes nothing, but must be answered.
                await self._listen(connection, pulse)
            self._asked_at = None

    async def _listen(self, connection: Connection, channel: str) -> None:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))

    def _tell(self) -> None:
        for changed in self._watching:
            changed()
