"""A peer that does only what it is told: it answers no ping and reads when it likes."""

import asyncio
import json
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.server.websocket.peers import DEADLINE_S

TEXT, CLOSE, PING = 1, 8, 9


class RawPeer:
    """RFC 6455 by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, kind: str, **fields: Any) -> None:
        """A text frame, masked with zeros."""
        data = json.dumps({"type": kind, **fields}).encode()
        assert 125 < len(data) < 2**16 or len(data) < 126
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + _short(len(data))
        self._writer.write(bytes([0x80 | TEXT]) + length + bytes(4) + data)
        await self._writer.drain()

    async def frames(self) -> AsyncIterator[tuple[int, bytes]]:
        """Opcode and payload of all that comes, until the other side is gone."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    first, second = await self._reader.readexactly(2)
                    length = second & 127
                    if length == 126:
                        (length,) = struct.unpack("!H", await self._reader.readexactly(2))
                    elif length == 127:
                        (length,) = struct.unpack("!Q", await self._reader.readexactly(8))
                    yield first & 15, await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return


@asynccontextmanager
async def raw_peer(url: str) -> AsyncIterator[RawPeer]:
    """A connection that has been upgraded."""
    address = urlsplit(url)
    # A small buffer, so that it is soon noticed when nobody reads.
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
    key = os.urandom(16).hex()[:22] + "=="
    lines = (
        "GET /ws HTTP/1.1",
        f"Host: {address.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    )
    writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    try:
        yield RawPeer(reader, writer)
    finally:
        writer.close()


def _short(number: int) -> bytes:
    return struct.pack("!H", number)
