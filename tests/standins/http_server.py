"""A local HTTP server that answers as it is told and remembers what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, in parts with a pause before each; the connection is closed then."""

    head: str = "HTTP/1.1 200 OK"
    parts: Sequence[bytes] = (b"hello",)
    pause_s: float = 0


@dataclass(slots=True)
class Asked:
    """One request: its first line, its headers by lower-case name, its body."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class HttpServer:
    """Where it listens, what it answers by path, and what it was asked."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    handling: set[asyncio.Task[None] | None] = field(default_factory=set)

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        """Answer requests for a path by sending them elsewhere."""
        self.answers[path] = Answer(f"HTTP/1.1 {status} Go\r\nLocation: {location}", ())

    def answer(self, asked: Asked) -> Answer:
        """What a request is answered."""
        return self.answers.get(asked.line.split(" ")[1], Answer())

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.handling.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in rest)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(Asked(line, headers, body))
        answer = self.answer(self.asked[-1])
        writer.write(f"{answer.head}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        for part in answer.parts:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), answer.pause_s)
                return
            writer.write(part)
            await writer.drain()


@asynccontextmanager
async def running_http_server(
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
    kind: type[HttpServer] = HttpServer,
) -> AsyncIterator[HttpServer]:
    """A server on a free port for as long as the context lasts."""
    server = kind()
    listening = await asyncio.start_server(server.handle, host, 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
        server.closing.set()
        await asyncio.gather(*(task for task in server.handling if task))
