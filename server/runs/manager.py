"""Starting, cancelling and answering runs: the row and its job change in one transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.errors import Conflict, InvalidInput, NotFound, NotWaiting
from domain.identity import UserContext
from domain.run_log import RunLog
from domain.runs import Run
from graphs.catalog import GraphEntry
from graphs.open_work import RunIdentity
from graphs.stream_parts import short_input
from graphs.translator import Translator
from server.runs.answers import checked_answers
from server.runs.journal import event_rows
from server.runs.requests import RunRequest
from server.runs.run_queue import RunQueue
from storage.database import Connection, Database
from storage.runs import (
    NewRun,
    cancel_all_of_thread,
    end_pending_run,
    insert_run,
    lock_run,
    request_cancel,
)
from storage.threads import delete_thread, insert_thread, lock_thread

#: How much of the first question becomes a thread's title.
_TITLE_CHARS = 60


class RunManager:
    """The one way to start, stop and answer runs, for every protocol."""

    def __init__(
        self, database: Database, queue: RunQueue, graphs: Mapping[str, GraphEntry]
    ) -> None:
        self._database = database
        self._queue = queue
        self._graphs = graphs

    async def start(self, user: UserContext, request: RunRequest) -> Run:
        """Queue a run, on a new thread if none is given.

        Raises `NotFound` for an unknown thread or assistant.
        """
        if request.assistant_id not in self._graphs:
            raise NotFound("assistant", request.assistant_id)
        thread_id = request.thread_id or uuid4()
        async with self._database.transaction() as connection:
            if request.thread_id is None:
                await insert_thread(connection, user, thread_id, {})
            else:
                await lock_thread(connection, user, thread_id)
            return await self._queue_run(connection, user, thread_id, request)

    async def resume(self, user: UserContext, run_id: UUID, answers: Mapping[str, Any]) -> Run:
        """Go on with a paused run, as a new run on its thread.

        Raises `NotWaiting` when an answer's interrupt is not pending (any more), `InvalidInput`
        when an answer does not fit its schema.
        """
        async with self._database.transaction() as connection:
            run = await lock_run(connection, user, run_id)
            thread = await lock_thread(connection, user, run.thread_id)
            if thread.status != "interrupted" or run.end_status != "interrupted":
                raise NotWaiting(", ".join(answers) or str(run_id))
            request = RunRequest(
                assistant_id=run.assistant_id,
                thread_id=run.thread_id,
                command={"resume": checked_answers(thread.interrupts, answers)},
            )
            return await self._queue_run(connection, user, run.thread_id, request)

    async def cancel(self, user: UserContext, run_id: UUID) -> Run:
        """Stop a run: at once when it waits, else as soon as its worker hears of it.

        Raises `Conflict` when it has already ended.
        """
        async with self._database.transaction() as connection:
            run = await lock_run(connection, user, run_id)
            if run.status == "pending":
                await self._end_pending(connection, run)
            elif run.status == "running":
                await request_cancel(connection, run_id)
            else:
                raise Conflict(f"The run {run_id} has already ended ({run.status}).")
            return await lock_run(connection, user, run_id)

    async def delete_thread(self, user: UserContext, thread_id: UUID) -> None:
        """Delete a thread with all it owns; raises `NotFound`.

        What still runs on it has lost its pen with it, and is told to stop.
        """
        async with self._database.transaction() as connection:
            await cancel_all_of_thread(connection, user, thread_id)
            await delete_thread(connection, user, thread_id)

    async def _queue_run(
        self, connection: Connection, user: UserContext, thread_id: UUID, request: RunRequest
    ) -> Run:
        run_id = uuid4()
        title = _title(request.input)
        new = NewRun(
            run_id=run_id,
            thread_id=thread_id,
            assistant_id=request.assistant_id,
            graph_id=request.assistant_id,
            kwargs={
                "input": request.input,
                "command": request.command,
                "config": dict(request.config),
                "context": request.context,
            },
            metadata=dict(request.metadata),
            thread_metadata={"title": title} if title else {},
        )
        job_id = await self._queue.put(connection, run_id, thread_id)
        return await insert_run(connection, user, new, job_id)

    async def _end_pending(self, connection: Connection, run: Run) -> None:
        entry = self._graphs.get(run.graph_id)
        title = entry.title if entry else run.graph_id
        identity = RunIdentity(str(run.run_id), str(run.thread_id), 1, run.graph_id, title)
        translator = Translator(identity, RunLog(), _no_price)
        now = datetime.now(UTC)
        events = [
            *translator.start(now, run.kwargs.get("input"), None),
            *translator.finish("cancelled", now, reason="The run was cancelled."),
        ]
        await end_pending_run(connection, run.run_id, event_rows(events))
        if run.job_id is not None:
            await self._queue.drop(connection, run.job_id)


def only_answer(interrupts: Mapping[str, list[dict[str, Any]]], value: Any) -> dict[str, Any]:
    """The answer to the only pending interrupt; raises `InvalidInput` when there are several."""
    pending = [interrupt["id"] for group in interrupts.values() for interrupt in group]
    if len(pending) > 1:
        raise InvalidInput(
            f"{len(pending)} questions are pending. Send `answers` with the interrupt's id for "
            f"each: {', '.join(pending)}."
        )
    if not pending:
        raise NotWaiting("this run")
    return {pending[0]: value}


def _title(values: Any) -> str | None:
    text = short_input(values)
    if not text:
        return None
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_CHARS else line[: _TITLE_CHARS - 1].rstrip() + "…"


def _no_price(model: str, tokens: Mapping[str, Any]) -> Decimal | None:
    return None
