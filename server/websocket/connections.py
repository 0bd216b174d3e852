"""The open connections of this process, how many each user has, and why the server closes one."""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

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


class ConnectionRegistry:
    """Counts connections."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._of_user: Counter[UserContext] = Counter()
        self._none_open = asyncio.Event()
        self._none_open.set()
        #: Open connections, signed in or not.
        self.count = 0

    @contextmanager
    def opened(self) -> Generator[None]:
        """A connection is open meanwhile."""
        self.count += 1
        self._none_open.clear()
        try:
            yield
        finally:
            self.count -= 1
            if not self.count:
                self._none_open.set()

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

    async def wait_until_closed(self) -> None:
        """Wait for all to be closed, or until that takes too long."""
        try:
            async with asyncio.timeout(_CLOSING_S):
                await self._none_open.wait()
        except TimeoutError:
            pass  # A peer takes nothing any more; its transport is dropped.
