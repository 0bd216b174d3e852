"""Starting workflows in the transaction of what starts them."""

from typing import Protocol

from domain.identity import UserContext
from domain.workflows.starts import StartedWorkflow, WorkflowStart
from storage.database import Connection


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
