"""Starting workflows in the transaction of what starts them."""

from typing import Protocol

from domain.errors import Conflict
from domain.identity import UserContext
from domain.workflows.starts import WORKFLOW_GRAPH, StartedWorkflow, WorkflowStart, pinned
from server.runs.manager import RunManager
from server.runs.requests import RunRequest
from storage.database import Connection
from storage.workflow_triggers import live_version


class Starts(Protocol):
    """Starts workflows in the caller's transaction."""

    async def start_in(
        self, connection: Connection, user: UserContext, start: WorkflowStart
    ) -> StartedWorkflow:
        """Queue a run of one of the user's workflows; the transaction's commit makes it one.

        Raises `NotFound`, `Conflict` when it is not active or too many of its runs are open, and
        `TooManyRequests`.
        """
        ...


class RunStarts:
    """Queues runs of live versions."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def start_in(
        self, connection: Connection, user: UserContext, start: WorkflowStart
    ) -> StartedWorkflow:
        """Queue a run of the live version; raises `Conflict` when there is none."""
        version = start.version or await live_version(connection, user, start.workflow_id)
        if version is None:
            raise Conflict(f"The workflow {start.workflow_id} is not active. Activate it first.")
        configurable = pinned(start.workflow_id, version)
        metadata = {**configurable, "cause": start.cause, "trigger": start.node_id}
        request = RunRequest(
            assistant_id=WORKFLOW_GRAPH,
            input=start.input(),
            config={"configurable": configurable},
            metadata=metadata,
            is_background=True,
        )
        run = await self._manager.accept(connection, user, request)
        return StartedWorkflow(run.run_id, run.thread_id, version)
