"""A user's workflows, kept in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from benchmarks.drafting.services import catalogue
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.problems import Problem
from domain.blueprints.validation import problems
from domain.drafting.catalogue import DraftCatalogue
from domain.errors import NotFound
from domain.identity import UserContext
from domain.workflows.desk import SavedDraft


@dataclass
class MemoryDesk:
    """Saves versions, and says which is live."""

    kept: dict[UUID, list[Blueprint]] = field(default_factory=dict)
    live: dict[UUID, int] = field(default_factory=dict)
    services: DraftCatalogue = field(default_factory=catalogue)

    async def catalogue(self, user: UserContext) -> DraftCatalogue:
        return self.services

    async def save(
        self, user: UserContext, blueprint: Blueprint, workflow_id: UUID | None
    ) -> SavedDraft:
        if workflow_id is not None and workflow_id not in self.kept:
            raise NotFound("workflow", str(workflow_id))
        workflow_id = workflow_id or uuid4()
        versions = self.kept.setdefault(workflow_id, [])
        versions.append(blueprint)
        found = problems(blueprint, self.services.checked())
        return SavedDraft(workflow_id, len(versions), found)

    async def activate(
        self, user: UserContext, workflow_id: UUID, version: int
    ) -> Sequence[Problem]:
        found = problems(self.kept[workflow_id][version - 1], self.services.checked())
        if not any(one.severity == "error" for one in found):
            self.live[workflow_id] = version
        return found
