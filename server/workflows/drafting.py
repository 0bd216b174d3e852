"""Drafting for a user: from what they have, with the model of the process while it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.blueprints.blueprint import Blueprint
from domain.drafting.catalogue import DraftCatalogue, DraftService
from domain.errors import InvalidInput
from domain.identity import UserContext
from nodes.draft_workflow import Drafted, Request, draft_workflow
from server.workflows.assembly import Workflows
from server.workflows.catalogue import Catalogues
from tools.chat_model import ChatModels
from tools.draft_catalogue import draft_services


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants drafted: something new, or a change of what they have or sent."""

    prompt: str
    workflow_id: UUID | None = None
    blueprint: Mapping[str, Any] | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DraftCatalogues:
    """What users' drafts may name."""

    catalogues: Catalogues
    services: Sequence[DraftService]

    async def of(self, user: UserContext, time_zone: str = "UTC") -> DraftCatalogue:
        """The catalogue of a user; raises `InvalidInput` for an unknown time zone."""
        checks = await self.catalogues.of(user)
        if time_zone not in checks.time_zones:
            raise InvalidInput("There is no such time zone. Give one such as Asia/Kolkata or UTC.")
        return DraftCatalogue(tuple(self.services), time_zone=time_zone, checks=checks)


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts workflows from the services that there are."""

    workflows: Workflows
    catalogues: DraftCatalogues
    models: ChatModels

    async def draft(self, user: UserContext, wish: Wish) -> Drafted:
        """A draft; nothing is saved. Raises `NotFound`, and `BlueprintRefused` for what is none."""
        base = await self._base(user, wish)
        catalogue = await self.catalogues.of(user, wish.time_zone)
        return await draft_workflow(Request(wish.prompt, catalogue, base), self.models)

    async def _base(self, user: UserContext, wish: Wish) -> Blueprint | None:
        if wish.blueprint is not None:
            return self.workflows.drafts.read(wish.blueprint)
        if wish.workflow_id is None:
            return None
        workflow = await self.workflows.repository.get(user, wish.workflow_id)
        return (await self.workflows.versions.of(workflow, workflow.draft_version)).blueprint


def draft_catalogues(workflows: Workflows) -> DraftCatalogues:
    """The catalogues over the integrations of these workflows."""
    services = draft_services(workflows.integrations.all())
    return DraftCatalogues(workflows.drafts.catalogues, services)
