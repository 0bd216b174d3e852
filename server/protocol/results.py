"""What came of a run, for whoever waits for it: its final values, its questions or its error."""

from collections.abc import AsyncGenerator
from typing import Any, Final, cast

import orjson

from domain.errors import NotFound
from domain.identity import UserContext
from graphs.stream_parts import INTERRUPT
from graphs.stream_rows import RESULT
from server.protocol.frames import stream_data
from server.protocol.readers import RunPlace
from server.runs.feed import Feed
from storage.json_columns import to_json
from storage.run_events import EventLog
from storage.threads import ThreadRepository

#: Rows that say what came of a run, if the newest of them is taken.
_TELLING: Final = (RESULT, "values", "error")


class Results:
    """Waits for runs and tells what came of them."""

    def __init__(self, feed: Feed, log: EventLog, threads: ThreadRepository) -> None:
        self._feed = feed
        self._log = log
        self._threads = threads

    async def wait(self, user: UserContext, place: RunPlace, after: int) -> AsyncGenerator[bytes]:
        """The result as JSON, once the end has come that lies behind `after`."""
        await self._feed.ended(place.thread_id, place.run_id, after)
        yield await self.of(user, place)

    async def of(self, user: UserContext, place: RunPlace) -> bytes:
        """The result of a run that has ended, as JSON.

        It is that of the run itself, whatever its thread has done since.
        """
        row = await self._log.last_of_run(place.thread_id, place.run_id, _TELLING)
        if row is None:
            return await self._of_thread(user, place)
        if row.type == "error":
            body = orjson.loads(row.body)
            error = {"error": body["error"], "message": body["message"]}
            return orjson.dumps({"__error__": error})
        data = stream_data(row)
        return b"{}" if data == b"null" else data

    async def _of_thread(self, user: UserContext, place: RunPlace) -> bytes:
        """What its thread has: nobody asked the run to keep what came of it."""
        try:
            thread = await self._threads.get(user, place.thread_id)
        except NotFound:
            return b"{}"
        values: Any = {} if thread.values is None else thread.values
        asked = [interrupt for group in thread.interrupts.values() for interrupt in group]
        if asked and isinstance(values, dict):
            values = {**cast(dict[str, Any], values), INTERRUPT: asked}
        return to_json(values).encode()
