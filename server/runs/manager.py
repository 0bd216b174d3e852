"""Starting, stopping and answering runs: all that belongs together changes in one transaction."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.errors import Conflict, NotFound, NotWaiting
from domain.identity import UserContext
from domain.run_log import RunLog, fold
from domain.runs import CancelAction, Run, Thread
from domain.workflows.starts import WORKFLOW_GRAPH
from graphs.catalog import GraphEntry
from graphs.translator import Translator
from server.runs.answers import OnlyAnswer, checked_answers
from server.runs.attempts import closing_events, identity_of
from server.runs.beginner import Beginner
from server.runs.feed import Feed
from server.runs.journal import event_rows
from server.runs.new_runs import new_run, resumed_run, with_answers
from server.runs.requests import RunRequest
from storage.assistants import AssistantRepository
from storage.audit_log import record
from storage.database import Connection, Database
from storage.run_events import EventLog
from storage.runs import (
    NewRun,
    NewThread,
    RunRepository,
    RunSelection,
    end_pending_run,
    insert_run,
    insert_run_with_thread,
    last_run,
    lock_run,
    open_runs,
    request_cancel,
)
from storage.threads import delete_thread, insert_thread, lock_thread, require_checkpoint, take_pen

#: How long the deletion of a busy thread waits for its runs to end in good order, seconds.
_ENDING_S = 5.0

_NEVER_S = 3600.0


class RunManager:
    """The one way to start, stop and answer runs, for every protocol."""

    def __init__(
        self,
        database: Database,
        feed: Feed,
        graphs: Mapping[str, GraphEntry],
        assistants: AssistantRepository,
        beginner: Beginner | None = None,
    ) -> None:
        self._database = database
        self._runs = RunRepository(database)
        self._events = EventLog(database)
        self._feed = feed
        self._graphs = graphs
        self._assistants = assistants
        self._beginner = beginner

    def offer_to(self, beginner: Beginner) -> None:
        """Let a worker that is made later begin what is accepted from then on."""
        self._beginner = beginner

    async def start(self, user: UserContext, request: RunRequest) -> Run:
        """Queue a run, on a new thread if none is given.

        Raises `NotFound` for an unknown thread, assistant or checkpoint, `Conflict` when the thread
        is busy and the request does not want to wait for it.
        """
        request, whose = await self._resolved(user, request)
        if request.thread_id is None:
            goes = request.is_stateless and request.on_completion == "delete"
            thread = NewThread(is_temporary=request.is_stateless, goes_with_run=goes)
            new = self._offered(new_run(request.new_thread_id or uuid4(), request, whose))
            run = await self._runs.insert_with_thread(user, new, thread)
            self.begin(new)
            return run
        async with self._database.transaction(user) as connection:
            thread = await self._make_way(connection, user, request.thread_id, request)
            request = request.pinned_to(thread.metadata)
            # From a checkpoint that is gone a graph would begin anew, as if it had no history.
            await require_checkpoint(connection, thread.thread_id, request.checkpoint or {})
            if (request.command or {}).get("resume") is not None:
                request = with_answers(thread, request)
            new = self._offered(new_run(thread.thread_id, request, whose))
            run = await insert_run(connection, user, new)
        self.begin(new)
        return run

    async def new_run(self, user: UserContext, request: RunRequest) -> NewRun:
        """The run to `accept`, on a new thread; raises `NotFound` for an unknown assistant."""
        request, whose = await self._resolved(user, request)
        return self._offered(new_run(request.new_thread_id or uuid4(), request, whose))

    async def accept(self, connection: Connection, user: UserContext, new: NewRun) -> None:
        """Queue a run on its new thread in the caller's transaction, with what belongs to it.

        Only the commit makes it one that a worker may begin: `begin` it then.
        """
        await insert_run_with_thread(connection, user, new)

    def begin(self, new: NewRun) -> None:
        """Begin a run whose transaction is committed, if this process's worker offered to."""
        if self._beginner and new.offered_by:
            self._beginner.begin(new.run_id)

    async def _resolved(
        self, user: UserContext, request: RunRequest
    ) -> tuple[RunRequest, tuple[str, str]]:
        """The request with its assistant's settings, and the ids of assistant and graph."""
        assistant = await self._assistants.resolve(user, request.assistant_id)
        if assistant.graph_id not in self._graphs:
            raise NotFound("graph", assistant.graph_id)
        request = request.with_assistant(assistant)
        return request, (str(assistant.assistant_id), assistant.graph_id)

    async def resume(
        self, user: UserContext, run_id: UUID, answers: Mapping[str, Any] | OnlyAnswer
    ) -> Run:
        """Go on with a paused run, as a new run on its thread.

        Raises `NotWaiting` when an answer's interrupt is not pending (any more), `InvalidInput`
        when an answer does not fit its schema.
        """
        async with self._database.transaction(user) as connection:
            run = await lock_run(connection, user, run_id)
            thread = await lock_thread(connection, user, run.thread_id)
            if thread.status != "interrupted" or run.end_status != "interrupted":
                raise NotWaiting(str(run_id))
            new = self._offered(resumed_run(run, checked_answers(thread.interrupts, answers)))
            resumed = await insert_run(connection, user, new)
        self.begin(new)
        return resumed

    async def tell(
        self, connection: Connection, user: UserContext, thread: Thread, answers: Mapping[str, Any]
    ) -> Run:
        """Go on with a paused thread in the caller's transaction, with what others have settled.

        The caller holds the pen of the thread and has locked it. It goes by the queue, as `accept`
        does. Raises `NotWaiting` when its last run did not pause.
        """
        run = await last_run(connection, user, thread.thread_id)
        if thread.status != "interrupted" or run is None or run.end_status != "interrupted":
            raise NotWaiting(str(thread.thread_id))
        return await insert_run(connection, user, resumed_run(run, answers))

    async def cancel(
        self, user: UserContext, run_id: UUID, action: CancelAction = "interrupt"
    ) -> Run:
        """Stop a run: at once when it waits, else as soon as its worker hears of it.

        A workflow's run that has paused waits as well: what it waits for is called off. Raises
        `Conflict` when it has already ended.
        """
        async with self._database.transaction(user) as connection:
            run = await lock_run(connection, user, run_id)
            if run.is_open:
                await self._stop(connection, run, action)
            elif not await self._stop_waiting(connection, user, run):
                raise Conflict(f"The run {run_id} has already ended ({run.status}).")
            await record(
                connection, user, "run.cancelled", "run", str(run_id), details={"action": action}
            )
        try:
            return await self._runs.get(user, run_id)
        except NotFound:  # Rolled back while it waited, so it is gone.
            return run

    async def cancel_many(
        self, user: UserContext, selection: RunSelection, action: CancelAction = "interrupt"
    ) -> int:
        """Stop all open runs that a selection means; returns how many there were."""
        stopped = 0
        # One by one: a transaction that holds several threads could wait for one that does too.
        for run_id in await self._runs.selected(user, selection):
            try:
                await self.cancel(user, run_id, action)
            except (Conflict, NotFound):
                continue  # It ended meanwhile.
            stopped += 1
        return stopped

    async def wait_ended(self, user: UserContext, run_id: UUID) -> Run:
        """The run once it has ended, however long that takes; raises `NotFound`."""
        run = await self._runs.get(user, run_id)
        # Read before its status: the end that is not in the status yet lies behind it.
        after = await self._events.head(run.thread_id)
        run = await self._runs.get(user, run_id)
        if run.is_open:
            await self._feed.ended(run.thread_id, run_id, after)
            try:
                return await self._runs.get(user, run_id)
            except NotFound:  # Rolled back: gone with its end.
                return run
        return run

    async def delete_run(self, user: UserContext, run_id: UUID) -> None:
        """Delete a run, stopping it first; its events stay in the log. Raises `NotFound`."""
        run = await self._runs.get(user, run_id)
        if run.is_open:
            await self.cancel_many(user, RunSelection(run_ids=[run_id]))
            await self.wait_ended(user, run_id)
        if await self._runs.delete(user, run_id):
            await record(self._database, user, "run.deleted", "run", str(run_id))

    async def delete_thread(self, user: UserContext, thread_id: UUID) -> None:
        """Delete a thread with all it owns; raises `NotFound`.

        Its runs are stopped first, so that their readers see them end. What does not end in time
        (its worker may be dead) loses its pen with the thread.
        """
        if await self.cancel_many(user, RunSelection(thread_id=thread_id)):
            try:
                async with asyncio.timeout(_ENDING_S):
                    for run_id in await self._runs.selected(user, RunSelection(thread_id)):
                        await self.wait_ended(user, run_id)
            except (TimeoutError, NotFound):
                pass  # Late or rolled back; either way it cannot write once the thread is gone.
        async with self._database.transaction(user) as connection:
            await delete_thread(connection, user, thread_id)
            await record(connection, user, "thread.deleted", "thread", str(thread_id))

    def _offered(self, new: NewRun) -> NewRun:
        """The run, for this process's own worker if that can begin it now."""
        if not self._beginner or new.after_s > 0:
            return new
        return replace(new, offered_by=self._beginner.offer(in_background=new.priority < 0))

    async def _make_way(
        self, connection: Connection, user: UserContext, thread_id: UUID, request: RunRequest
    ) -> Thread:
        """Lock the thread to run on, and stop what is in the way of the request."""
        action = request.multitask_strategy
        if action in ("interrupt", "rollback"):
            # Whoever ends runs takes the pen first.
            await take_pen(connection, thread_id)
        thread = await self._thread(connection, user, thread_id, request)
        if thread.status != "busy" or action == "enqueue":
            return thread
        if action == "reject":
            raise Conflict(
                f"The thread {thread_id} is busy. Wait for its run to end, cancel it, or send the "
                "run with the multitask strategy `enqueue`."
            )
        for run in await open_runs(connection, user, thread_id):
            await self._stop(connection, run, action)
        return thread

    async def _thread(
        self, connection: Connection, user: UserContext, thread_id: UUID, request: RunRequest
    ) -> Thread:
        if request.if_not_exists == "create":
            await insert_thread(connection, user, thread_id, {})
        return await lock_thread(connection, user, thread_id)

    async def _stop_waiting(self, connection: Connection, user: UserContext, run: Run) -> bool:
        """Stop the workflow that has paused with this run, if one has; its pen is locked."""
        if run.graph_id != WORKFLOW_GRAPH or run.end_status != "interrupted":
            return False
        newest = await last_run(connection, user, run.thread_id)
        thread = await lock_thread(connection, user, run.thread_id)
        if newest is None or newest.run_id != run.run_id or thread.status != "interrupted":
            return False
        # The log has told the end of that run, so a run of its own is what is cancelled.
        new = replace(resumed_run(run, {}), after_s=_NEVER_S)
        await self._stop(connection, await insert_run(connection, user, new), "interrupt")
        return True

    async def _stop(self, connection: Connection, run: Run, action: CancelAction) -> None:
        """Stop a run whose pen is locked, as soon as can be."""
        if run.graph_id == WORKFLOW_GRAPH:
            # What it did to the world outside cannot be undone, so its history stays.
            action = "interrupt"
        if run.status == "running" or (action == "rollback" and run.attempt):
            # Whoever executes it, or takes it next, undoes it and says so.
            await request_cancel(connection, run.run_id, action)
            return
        entry = self._graphs.get(run.graph_id)
        log = fold(await self._events.of_run(run.run_id)) if run.attempt else RunLog()
        title = entry.title if entry else run.graph_id
        translator = Translator(identity_of(run, title), log, _no_price)
        events = closing_events(translator, run, "cancelled", "The run was cancelled.")
        await end_pending_run(connection, run, action, event_rows(events))


def _no_price(model: str, tokens: Mapping[str, Any]) -> Decimal | None:
    return None
