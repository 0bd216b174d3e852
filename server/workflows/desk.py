"""What agents of the chat do with their user's workflows: the same as the routes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.problems import Problem
from domain.drafting.catalogue import DraftCatalogue
from domain.identity import UserContext
from domain.workflows.desk import SavedDraft
from server.workflows.assembly import Workflows
from server.workflows.drafting import DraftCatalogues
from storage.workflows import Draft


@dataclass(frozen=True, slots=True)
class Desk:
    """A `WorkflowDesk` over the kept workflows."""

    workflows: Workflows
    catalogues: DraftCatalogues

    async def catalogue(self, user: UserContext) -> DraftCatalogue:
        """What their workflows may be drafted from."""
        return await self.catalogues.of(user)

    async def save(
        self, user: UserContext, blueprint: Blueprint, workflow_id: UUID | None
    ) -> SavedDraft:
        """Save a draft, as a new workflow or the next version of one; raises `NotFound`."""
        parts, draft = self.workflows, Draft(blueprint)
        if workflow_id is None:
            workflow_id, version = await parts.repository.create(user, draft), 1
        else:
            workflow = await parts.repository.get(user, workflow_id, "editor")
            # The conversation is about the draft as it is: what it was made from was read there.
            expected = workflow.draft_version
            version = await parts.repository.save(user, workflow, draft, expected)
        found = await parts.drafts.problems(user, blueprint, workflow_id)
        return SavedDraft(workflow_id, version, found)

    async def activate(
        self, user: UserContext, workflow_id: UUID, version: int
    ) -> Sequence[Problem]:
        """Make a version the live one, unless there are errors; either way its problems.

        Raises `NotFound`, `NotAllowed`.
        """
        parts = self.workflows
        workflow = await parts.repository.get(user, workflow_id, "editor")
        blueprint = (await parts.versions.of(workflow, version)).blueprint
        found = await parts.drafts.problems(
            workflow.owner, blueprint, workflow_id, is_activating=True
        )
        if not any(one.severity == "error" for one in found):
            await parts.activation.activate(user, workflow, version)
        return found
