"""What blueprints are checked against: the tasks there are, and what the workflow's owner has."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import available_timezones

from domain.blueprints.catalogue import Catalogue
from domain.egress import EgressPolicy
from domain.identity import UserContext
from storage.accounts.members import Members
from storage.connections import ConnectionRepository
from storage.workflow_endings import EndListeners
from tools.registry import Integrations

#: Entries that are read at a time.
_BATCH: Final = 200


class SampleSource(Protocol):
    """What triggers really sent."""

    async def sample(self, user: UserContext, workflow_id: UUID) -> Mapping[str, Any] | None:
        """The newest data that a workflow's trigger was given, if any was kept."""
        ...


class NoSamples:
    """Nothing was kept."""

    async def sample(self, user: UserContext, workflow_id: UUID) -> Mapping[str, Any] | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Makes the catalogue of a user."""

    integrations: Integrations
    connections: ConnectionRepository
    members: Members
    egress: EgressPolicy
    samples: SampleSource
    ends: EndListeners

    async def of(self, owner: UserContext, workflow_id: UUID | None = None) -> Catalogue:
        """All that decides whether a blueprint of this owner is right."""
        sample = await self.samples.sample(owner, workflow_id) if workflow_id else None
        return Catalogue(
            services=self.integrations.tasks(),
            connections=await self.connection_kinds(owner),
            approvers=await self._approvers(owner),
            time_zones=_time_zones(),
            egress=self.egress.of(owner.tenant_id),
            sample=sample,
            now=datetime.now(UTC),
            failure_is_heard=await self.ends.hear_failures(owner, workflow_id),
        )

    async def connection_kinds(self, owner: UserContext) -> dict[str, str]:
        """The kinds of the owner's connections that are on, by their ids."""
        found: dict[str, str] = {}
        offset = 0
        while page := await self.connections.list(owner, _BATCH, offset):
            offset += len(page)
            found |= {str(one.connection_id): one.kind for one in page if one.status == "active"}
            if len(page) < _BATCH:
                break
        return found

    async def _approvers(self, owner: UserContext) -> dict[str, int]:
        """How many people stand behind each user, e-mail address and role of the tenant."""
        # Without accounts nobody is a member, and who asks is there all the same.
        people: dict[str, int] = {owner.user_id: 1}
        roles: Counter[str] = Counter()
        offset = 0
        while page := await self.members.list(owner, _BATCH, offset):
            offset += len(page)
            for member in page:
                people[member.user_id] = 1
                roles[member.role] += 1
                if member.email:
                    people[member.email] = 1
            if len(page) < _BATCH:
                break
        return people | (roles or {owner.role: 1})


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
