"""Starting workflows: what is asked becomes a run, within the limits, in one transaction."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from uuid import uuid4

import orjson

from domain.blueprints.blueprint import Concurrency
from domain.blueprints.templates import TemplateUnresolved, resolve
from domain.errors import Conflict, InvalidInput, NotFound, TooLarge
from domain.identity import UserContext
from domain.workflows.starts import (
    WORKFLOW_GRAPH,
    StartedWorkflow,
    WorkflowStart,
    pinned,
)
from server.runs.manager import RunManager
from server.runs.requests import RunRequest
from server.settings import Settings
from server.triggers.starts import Accepted
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.workflow_executions import (
    NewExecution,
    Slot,
    Startable,
    insert_execution,
    lock_slot,
    open_of_slot,
    startable,
)

_KB: Final = 1024

#: The service whose trigger a person's start means where there are several.
_MANUAL: Final = "manual"
#: Starts that a person waits for.
_BY_HAND: Final = frozenset({"manual", "test"})


@dataclass(frozen=True, slots=True)
class StartLimits:
    """How much may be started."""

    payload_kb: int
    queue: int
    depth: int


class TooManyOpen(Conflict):
    """As many executions are open as there may be."""


def start_limits(settings: Settings) -> StartLimits:
    """The limits of the settings."""
    return StartLimits(
        payload_kb=settings.workflow_payload_kb,
        queue=settings.workflow_queue,
        depth=settings.workflow_depth,
    )


class Starter:
    """A `WorkflowStarter` over the runs of this service."""

    def __init__(self, database: Database, manager: RunManager, limits: StartLimits) -> None:
        self._database = database
        self._manager = manager
        self._limits = limits

    async def start(self, user: UserContext, start: WorkflowStart) -> StartedWorkflow:
        """Start one of the user's workflows.

        Raises `NotFound`, `InvalidInput` for data that cannot be used, and `Conflict` when it is
        not active or as many executions are open as there may be.
        """
        # However large it is, others go on.
        await asyncio.to_thread(self._require_size, start)
        async with self._database.transaction(user) as connection:
            accepted = await self._accepted(connection, user, start)
        accepted.begin()
        return accepted.started

    async def start_in(
        self, connection: Connection, user: UserContext, start: WorkflowStart
    ) -> Accepted:
        """The same in the caller's transaction, with what belongs to the start.

        `connection` acts for the workflow's owner, who is the user, or for nobody. What is refused
        has left nothing.
        """
        self._require_size(start)
        return await self._accepted(connection, user, start)

    async def _accepted(
        self, connection: Connection, user: UserContext, start: WorkflowStart
    ) -> Accepted:
        if start.depth > self._limits.depth:
            raise Conflict(
                f"{self._limits.depth} workflows have started each other in a chain, and another "
                "is too many. Look for a circle, or raise the setting GOLDENPATH_WORKFLOW_DEPTH."
            )
        queue = self._limits.queue
        found = await startable(connection, user, start.workflow_id, start.version, queue)
        version = _version(found, start)
        start = replace(start, node_id=_trigger(found, start))
        slot, when_full = _slot(found, start.data)
        if slot and when_full == "skip":
            await _require_slot(connection, user, start, slot)
        if found.open_executions >= queue:
            raise TooManyOpen(
                f"{queue} executions of your workflows wait or run already. Wait for some to end, "
                "cancel some, or raise the setting GOLDENPATH_WORKFLOW_QUEUE."
            )
        new = NewExecution(uuid4(), uuid4(), version, start, slot)
        run = await self._manager.new_run(user, _request(user, found, new))
        await insert_execution(connection, user, new)
        await self._manager.accept(connection, user, run)
        started = StartedWorkflow(run.run_id, run.thread_id, version)
        return Accepted(started, lambda: self._manager.begin(run))

    def _require_size(self, start: WorkflowStart) -> None:
        most_kb = self._limits.payload_kb
        # What is pinned comes with the data, and as large as the data it may be.
        given = start.input() if start.trial else dict(start.data)
        if len(to_json(given, default=str)) > most_kb * _KB:
            raise TooLarge(
                "The data that the workflow is started with",
                f"{most_kb} KB",
                "GOLDENPATH_WORKFLOW_PAYLOAD_KB",
            )


async def _require_slot(
    connection: Connection, user: UserContext, start: WorkflowStart, slot: Slot
) -> None:
    """Raise `TooManyOpen` when a slot that nobody waits for is full."""
    await lock_slot(connection, start.workflow_id)
    count = await open_of_slot(connection, user, start.workflow_id, slot)
    if count >= slot.limit:
        raise TooManyOpen(
            f"{count} executions of this workflow run already, and its settings "
            f"(`concurrency.limit` is {slot.limit}, `when_full` is skip) want no more. Try again "
            "when they have ended, or let it queue."
        )


def _version(found: Startable, start: WorkflowStart) -> int:
    if found.version is not None:
        return found.version
    if start.version is not None:
        where = f"version of the workflow {start.workflow_id} with the number"
        raise NotFound(where, str(start.version))
    raise Conflict(
        "This workflow is off, so nothing was started. Activate it, or name the version to try."
    )


def _trigger(found: Startable, start: WorkflowStart) -> str | None:
    """The trigger's node: the one that is named, or that alone can be meant."""
    ids = [str(trigger["id"]) for trigger in found.triggers]
    if start.node_id is not None:
        if start.node_id not in ids:
            raise InvalidInput(
                f"`trigger` names a node that is no trigger of this workflow. There are: "
                f"{', '.join(ids) or 'none'}."
            )
        return start.node_id
    if len(ids) == 1:
        return ids[0]
    manual = [
        str(trigger["id"])
        for trigger in found.triggers
        if cast(Mapping[str, Any], trigger.get("data") or {}).get("service") == _MANUAL
    ]
    if start.cause in _BY_HAND and len(manual) == 1:
        return manual[0]
    raise InvalidInput(
        f"This workflow has several triggers: say by `trigger` which is meant ({', '.join(ids)})."
        if ids
        else "This workflow has no trigger. Add one and save it."
    )


def _slot(found: Startable, data: Mapping[str, Any]) -> tuple[Slot | None, str]:
    """What the execution takes a place of, and what happens when there is none."""
    asked = found.settings.get("concurrency")
    if not asked:
        return None, "queue"
    concurrency = Concurrency.model_validate(asked)
    return Slot(_key(concurrency.key, data), concurrency.limit), concurrency.when_full


def _key(template: str | None, data: Mapping[str, Any]) -> str:
    """Whose place it takes, out of the data; those whose data says nothing share one."""
    if template is None:
        return ""
    try:
        found = resolve("settings", {"key": template}, {"trigger_data": dict(data)})["key"]
    except TemplateUnresolved:
        return ""
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def _request(user: UserContext, found: Startable, new: NewExecution) -> RunRequest:
    start, version = new.start, new.version
    said = {
        "workflow_id": str(start.workflow_id),
        "workflow_version": version,
        "cause": start.cause,
        "trigger": start.node_id,
        "started_by": start.started_by or user.user_id,
    }
    until = start.trial.until if start.trial else None
    configurable = pinned(start.workflow_id, version, until)
    said |= configurable
    if timeout_s := found.settings.get("run_timeout"):
        configurable["run_timeout_s"] = timeout_s
    return RunRequest(
        # By its graph: that is there whatever else happens to the workflow meanwhile.
        assistant_id=WORKFLOW_GRAPH,
        input=start.input(),
        new_thread_id=new.thread_id,
        new_run_id=new.run_id,
        metadata=said,
        thread_metadata={**said, "title": found.name},
        config={"configurable": configurable},
        durability=found.settings.get("durability") or "sync",
        is_background=start.cause not in _BY_HAND,
    )
