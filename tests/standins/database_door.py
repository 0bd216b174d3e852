"""A TCP door to the real Postgres of the tests, which itself listens on a file of this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from psycopg.conninfo import conninfo_to_dict


@dataclass(slots=True)
class DatabaseDoor:
    """Where it is, and how often somebody came."""

    port: int = 0
    connections: int = 0
    #: Closes connections when this is sent by a client.
    closes_at: bytes | None = None
    tasks: set[asyncio.Task[None] | None] = field(default_factory=set)


@asynccontextmanager
async def open_door(url: str) -> AsyncIterator[DatabaseDoor]:
    """A door to the server of this URL on a free port."""
    door = DatabaseDoor()
    known = conninfo_to_dict(url)
    folder, port = str(known["host"]), known.get("port") or 5432

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        door.connections += 1
        door.tasks.add(asyncio.current_task())
        if folder.startswith("/"):
            inside = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        else:
            inside = await asyncio.open_connection(folder, int(port))
        async with asyncio.TaskGroup() as both:
            both.create_task(_copy(reader, inside[1], door))
            both.create_task(_copy(inside[0], writer, None))

    listening = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    door.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield door
    await asyncio.gather(*(task for task in door.tasks if task), return_exceptions=True)


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, door: DatabaseDoor | None
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            if door and door.closes_at and door.closes_at in data:
                break
            writer.write(data)
            await writer.drain()
    writer.close()
