"""Versions of workflows, as those who run them need them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.blueprints.blueprint import Blueprint
from domain.identity import UserContext


@dataclass(frozen=True, slots=True)
class WorkflowVersion:
    """One version of a workflow; it never changes."""

    workflow_id: UUID
    version: int
    blueprint: Blueprint


class VersionSource(Protocol):
    """The kept versions."""

    async def version(self, user: UserContext, workflow_id: UUID, version: int) -> WorkflowVersion:
        """One version; raises `NotFound`. Deleted workflows have theirs for the runs under way."""
        ...
