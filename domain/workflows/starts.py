"""Starts of workflows: who asked for one, with which data, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from domain.identity import UserContext

#: The graph that every workflow's runs name; which workflow it is says the run's config.
WORKFLOW_GRAPH: Final = "workflow"

Cause = Literal["manual", "webhook", "schedule", "workflow", "failure", "completion"]

#: Workflows that start each other in a chain, at most; a circle ends there.
MOST_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class WorkflowStart:
    """One start of a workflow."""

    workflow_id: UUID
    cause: Cause
    #: What the trigger brings, as its task declares it.
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: The trigger's node; None where only one can be meant.
    node_id: str | None = None
    #: None is the active version.
    version: int | None = None
    #: For which moment of its schedule.
    scheduled_for: datetime | None = None
    #: How many workflows in a row led here.
    depth: int = 0
    #: Who asked for it; None is the owner, for whom it acts in any case.
    started_by: str | None = None
    #: The execution that it tries again from the start.
    retry_of: UUID | None = None

    def input(self) -> dict[str, Any]:
        """The input of the graph `workflow`."""
        moment = self.scheduled_for.isoformat() if self.scheduled_for else None
        return {
            "trigger": self.node_id,
            "trigger_data": dict(self.data),
            "scheduled_for": moment,
            "depth": self.depth,
        }


@dataclass(frozen=True, slots=True)
class StartedWorkflow:
    """What to follow."""

    run_id: UUID
    thread_id: UUID
    version: int


class WorkflowStarter(Protocol):
    """Starts workflows."""

    async def start(self, user: UserContext, start: WorkflowStart) -> StartedWorkflow:
        """Start one of the user's workflows.

        Raises `NotFound`, `Conflict` when it is not active or too many of its runs are open, and
        `TooManyRequests`.
        """
        ...


def pinned(workflow_id: UUID, version: int) -> dict[str, Any]:
    """The `configurable` of a run that says which version of which workflow it is."""
    return {"workflow_id": str(workflow_id), "workflow_version": version}


def pinned_of(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The same, from the metadata of a workflow's run or thread; empty for any other."""
    names = ("workflow_id", "workflow_version")
    found = {name: metadata[name] for name in names if name in metadata}
    return found if len(found) == len(names) else {}
