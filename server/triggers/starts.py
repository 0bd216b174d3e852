"""Starting workflows in the transaction of what starts them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from domain.identity import UserContext
from domain.workflows.starts import StartedWorkflow, WorkflowStart
from storage.database import Connection


@dataclass(frozen=True, slots=True)
class Accepted:
    """A start whose transaction is still open."""

    started: StartedWorkflow
    #: Once it is committed: this process's worker, if it has a place, need not wait for the queue.
    begin: Callable[[], None]


class Starts(Protocol):
    """Starts workflows in the caller's transaction."""

    async def start_in(
        self, connection: Connection, user: UserContext, start: WorkflowStart
    ) -> Accepted:
        """Queue a run of one of the user's workflows; the transaction's commit makes it one.

        What is refused has left nothing: the transaction can go on. Raises `NotFound`,
        `TooManyRequests`, and `Conflict` when it is not active or too many of its runs are open.
        """
        ...
