"""Drafting for a user: from their connections, with the model of the process while it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.documents import blueprint_from
from domain.blueprints.normalise import normalised
from domain.drafting.catalogue import DraftCatalogue, DraftService
from domain.egress import EgressPolicy
from domain.errors import InvalidInput
from domain.identity import UserContext
from nodes.draft_workflow import Drafted, Request, draft_workflow
from storage.connections import ConnectionRepository
from storage.database import Database
from storage.workflow_drafts import WorkflowDrafts
from tools.chat_model import ChatModels
from tools.context import Ports
from tools.draft_catalogue import draft_services
from tools.registry import Integrations

#: More connections than anybody chooses from.
_MOST_CONNECTIONS: Final = 1_000


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants drafted: something new, or a change of what they have or sent."""

    prompt: str
    workflow_id: UUID | None = None
    blueprint: Mapping[str, Any] | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts workflows from the services that there are."""

    services: Sequence[DraftService]
    connections: ConnectionRepository
    drafts: WorkflowDrafts
    models: ChatModels
    egress: EgressPolicy

    async def draft(self, user: UserContext, wish: Wish) -> Drafted:
        """A draft; nothing is saved. Raises `NotFound`, and `InvalidInput` for what is none."""
        base = await self._base(user, wish)
        catalogue = await self.catalogue(user, wish.time_zone)
        return await draft_workflow(Request(wish.prompt, catalogue, base), self.models)

    async def catalogue(self, user: UserContext, time_zone: str = "UTC") -> DraftCatalogue:
        """What somebody's drafts may name; raises `InvalidInput` for an unknown time zone."""
        zones = _time_zones()
        if time_zone not in zones:
            raise InvalidInput("There is no such time zone. Give one such as Asia/Kolkata or UTC.")
        connections = await self.connections.list(user, _MOST_CONNECTIONS)
        checks = Catalogue(
            services={},
            connections={str(one.connection_id): one.kind for one in connections},
            time_zones=zones,
            egress=self.egress.of(user.tenant_id),
        )
        return DraftCatalogue(tuple(self.services), time_zone=time_zone, checks=checks)

    async def _base(self, user: UserContext, wish: Wish) -> Blueprint | None:
        if wish.blueprint is not None:
            found = blueprint_from(normalised(wish.blueprint))
            if not isinstance(found, Blueprint):
                raise InvalidInput(f"{found[0].message} {found[0].next_step}")
            return found
        if wish.workflow_id is not None:
            return await self.drafts.latest(user, wish.workflow_id)
        return None


def open_drafting(
    database: Database, connections: ConnectionRepository, ports: Ports, integrations: Integrations
) -> Drafting:
    """Drafting from these integrations."""
    return Drafting(
        services=draft_services(integrations.all()),
        connections=connections,
        drafts=WorkflowDrafts(database),
        models=ports.models,
        egress=ports.egress,
    )
