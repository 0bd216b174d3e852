"""The open connections of this process: how many each user has, and closing them all."""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from domain.identity import UserContext

#: How long a stop waits for connections to say good-bye, seconds.
_CLOSING_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Farewell:
    """How the server closes a connection: a code, and a reason of 123 bytes at most."""

    code: int
    reason: str


SIGN_IN_FAILED: Final = Farewell(4401, "Sign in with a valid token.")
TOO_MANY: Final = Farewell(4429, "You have too many connections. Close one, then try again.")
STOPPING: Final = Farewell(1001, "The service stops. Come back and subscribe behind your last seq.")


class Leaving(Protocol):
    """A connection that can be told to go."""

    def leave(self, farewell: Farewell) -> None:
        """Say good-bye and close, soon."""
        ...


class ConnectionRegistry:
    """Counts and closes connections."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._open: set[Leaving] = set()
        self._of_user: Counter[UserContext] = Counter()
        self._is_closing = False
        self._empty = asyncio.Event()

    @property
    def count(self) -> int:
        """Open connections, signed in or not."""
        return len(self._open)

    @contextmanager
    def opened(self, connection: Leaving) -> Generator[None]:
        """A connection is open meanwhile; told to leave at once while the process stops."""
        self._open.add(connection)
        self._empty.clear()
        try:
            if self._is_closing:
                connection.leave(STOPPING)
            yield
        finally:
            self._open.discard(connection)
            if not self._open:
                self._empty.set()

    @contextmanager
    def signed_in(self, user: UserContext) -> Generator[bool]:
        """A connection of a user; false when it is one too many."""
        if self._of_user[user] >= self._per_user:
            yield False
            return
        self._of_user[user] += 1
        try:
            yield True
        finally:
            self._of_user[user] -= 1
            if not self._of_user[user]:
                del self._of_user[user]

    async def close(self) -> None:
        """Tell all to leave, and those that come later; returns when they have, or it takes long.

        Their runs go on: nothing of them is a connection's.
        """
        self._is_closing = True
        if not self._open:
            return
        for connection in list(self._open):
            connection.leave(STOPPING)
        try:
            async with asyncio.timeout(_CLOSING_S):
                await self._empty.wait()
        except TimeoutError:
            pass  # A peer takes nothing any more; its transport is dropped.
