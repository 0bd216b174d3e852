"""Telling of executions that have ended: their owner, and workflows that start with such an end.

The database notes an end in the transaction in which it happens. Whoever tells does it in one
transaction that also takes the note away, so it is told once, whichever process does it and
whichever dies over it.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from domain.errors import GoldenpathError
from domain.workflows.notices import Notice
from domain.workflows.starts import Cause, WorkflowStart
from server.due_clock import DueClock, Pace
from server.workflows.starting import Starter
from storage.database import Connection, Database, DatabaseError, is_away
from storage.json_columns import to_json
from storage.notices import Receiver, tell
from storage.notifications import Listener
from storage.workflow_endings import (
    CHANNEL,
    Ending,
    EndListener,
    claim_ending,
    listeners_of,
    mark_ending_told,
    next_ending_in_s,
    postpone_ending,
)

logger = logging.getLogger(__name__)

#: As soon as it is heard of.
_PACE: Final = Pace(least_s=0.01, longest_s=30.0)
#: What could not be told is tried again after so long, and keeps nothing behind it waiting.
_AGAIN_S: Final = 60.0
#: Of trigger data that is too large to be copied, its beginning.
_PREVIEW_CHARS: Final = 1_000


class EndingTeller:
    """Tells of executions that have ended."""

    def __init__(
        self,
        database: Database,
        starter: Starter,
        listener: Listener,
        *,
        with_mail: bool,
        copied_bytes: int,
    ) -> None:
        """`with_mail` says whether the service can send e-mail.

        Larger trigger data than `copied_bytes` is not copied into that of the workflow that starts.
        """
        self._database = database
        self._starter = starter
        self._with_mail = with_mail
        self._copied_bytes = copied_bytes
        clock = self._clock = DueClock("Ends of workflows", self.look, _PACE)
        listener.on(CHANNEL, lambda _: clock.look_in(0.0), lambda: clock.look_in(0.0))

    async def run(self) -> None:
        """Tell of what ends, until cancelled."""
        await self._clock.run()

    async def look(self) -> float | None:
        """Tell of all that has ended; in how many seconds to look again, None is when told to."""
        try:
            while await self.tell_one():
                pass
        except DatabaseError as error:
            if is_away(error):
                raise
            logger.warning("An end of a workflow could not be told: %s", error)
            async with self._database.runs.connection() as connection:
                await postpone_ending(connection, _AGAIN_S)
            return 0.0
        async with self._database.runs.connection() as connection:
            return await next_ending_in_s(connection)

    async def tell_one(self) -> bool:
        """Tell of one execution that has ended; False when there is none."""
        begins: list[Callable[[], None]] = []
        async with self._database.runs.connection() as connection, connection.transaction():
            ending = await claim_ending(connection)
            if ending is None:
                return False
            is_success = ending.end_status == "success"
            if ending.notifies and not is_success:
                await self._tell_owner(connection, ending, _failure_notice(ending))
            task = "workflow_completed" if is_success else "workflow_failed"
            for each in await listeners_of(connection, ending, task):
                cause: Cause = "completion" if is_success else "failure"
                await self._start(connection, ending, each, cause, begins)
            await mark_ending_told(connection, ending)
        for begin in begins:
            begin()
        return True

    async def _start(
        self,
        connection: Connection,
        ending: Ending,
        listener: EndListener,
        cause: Cause,
        begins: list[Callable[[], None]],
    ) -> None:
        """Start what listens; `begins` takes how it begins once that is committed."""
        start = WorkflowStart(
            listener.workflow_id,
            cause,
            data=ended_data(ending, self._copied_bytes),
            node_id=listener.node_id,
            depth=ending.depth + 1,
        )
        try:
            # Of its own, so that a start that is refused leaves nothing and stops no other.
            async with connection.transaction():
                accepted = await self._starter.start_in(connection, ending.owner, start)
            begins.append(accepted.begin)
        except GoldenpathError as error:
            await self._tell_owner(connection, ending, _refusal_notice(ending, listener, error))

    async def _tell_owner(self, connection: Connection, ending: Ending, notice: Notice) -> None:
        receivers = [Receiver(ending.user_id)]
        mail = self._with_mail
        await tell(connection, ending.tenant_id, receivers, notice, with_mail=mail)


def ended_data(ending: Ending, most_bytes: int) -> dict[str, Any]:
    """What a trigger of the service `goldenpath` brings of an end."""
    data: dict[str, Any] = {
        "workflow_id": str(ending.workflow_id),
        "workflow_name": ending.name,
        "version": ending.version,
        "run_id": str(ending.run_id),
        "thread_id": str(ending.thread_id),
        "status": ending.end_status,
        "started_at": ending.started_at.isoformat(),
        "ended_at": ending.ended_at.isoformat(),
        "trigger_data": _copied(ending.trigger_data, most_bytes),
    }
    if ending.end_status != "success":
        data["error"] = {
            "code": ending.code or ending.end_status,
            "message": _why(ending),
            "node_id": ending.node_id,
        }
    return data


def _copied(given: Any, most_bytes: int) -> Any:
    text = to_json(given, default=str)
    if len(text) <= most_bytes:
        return given
    return {"size": len(text), "preview": text[:_PREVIEW_CHARS]}


def _why(ending: Ending) -> str:
    if ending.error:
        return ending.error
    return "It took too long." if ending.end_status == "timeout" else "It failed without a reason."


def _failure_notice(ending: Ending) -> Notice:
    step = ending.node_title or ending.node_id
    where = f"The step {step} failed: " if step else ""
    return Notice("run_failed", f"{ending.name} failed", f"{where}{_why(ending)}", _about(ending))


def _refusal_notice(ending: Ending, listener: EndListener, error: Exception) -> Notice:
    about = {**_about(ending), "refused_workflow_id": str(listener.workflow_id)}
    return Notice(
        "start_refused",
        f"A workflow was not started by the end of {ending.name}",
        str(error),
        about,
    )


def _about(ending: Ending) -> dict[str, Any]:
    return {
        "workflow_id": str(ending.workflow_id),
        "workflow_name": ending.name,
        "run_id": str(ending.run_id),
        "thread_id": str(ending.thread_id),
        "node_id": ending.node_id,
        "error": ending.code or ending.end_status,
    }
