"""Hashing of passwords: argon2id, beside the loop, a few at a time."""

import asyncio
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.accounts.passwords import LONGEST, spelled

#: Each takes its memory and a core for a while: a crowd waits in line.
_AT_ONCE: Final = 2


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, memory_mb: int) -> None:
        self._hash = PasswordHash((Argon2Hasher(memory_cost=memory_mb * 1024),))
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobodys: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to keep of a password that was checked."""
        async with self._room:
            return await asyncio.to_thread(self._hash.hash, spelled(password))

    async def fits(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        """Whether a password is the one, and its hash by today's measure when that has changed.

        Without a hash it takes as long, so nobody learns that there is none.
        """
        kept = password_hash or await self._nobodys_hash()
        text = spelled(password)[: LONGEST + 1]
        async with self._room:
            fits, fresh = await asyncio.to_thread(self._hash.verify_and_update, text, kept)
        if password_hash is None:
            return False, None
        return fits, fresh if fits else None

    async def _nobodys_hash(self) -> str:
        if self._nobodys is None:
            self._nobodys = await self.hashed("nobody's password")
        return self._nobodys
