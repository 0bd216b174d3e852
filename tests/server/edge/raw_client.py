"""A client that writes bytes as it likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

DEADLINE_S = 20


@dataclass(frozen=True, slots=True)
class RawClient:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *parts: bytes) -> None:
        """These bytes, now."""
        self.writer.write(b"".join(parts))
        await self.writer.drain()

    async def drip(self, content: bytes, every_s: float = 0.02) -> None:
        """A byte now and then, for as long as anybody takes it."""
        for byte in content:
            if self.reader.at_eof():
                return
            try:
                await self.send(bytes([byte]))
            except ConnectionError:
                return
            await asyncio.sleep(every_s)

    async def rest(self) -> bytes:
        """All that comes until the other side closes."""
        parts: list[bytes] = []
        async with asyncio.timeout(DEADLINE_S):
            try:
                while part := await self.reader.read(65_536):
                    parts.append(part)
            except ConnectionResetError:
                # It has closed while this side was still sending.
                pass
        return b"".join(parts)

    async def until(self, text: bytes) -> bytes:
        """What comes up to this text."""
        async with asyncio.timeout(DEADLINE_S):
            return await self.reader.readuntil(text)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RawClient]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.transport.abort()
