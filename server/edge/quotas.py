"""Counting requests against the policies: who may send how many, and start how many runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from fastapi import Request
from starlette.types import Scope

from domain.errors import TooManyRequests
from domain.identity import UserContext
from server.edge.client_addresses import neighbourhood
from server.settings import Settings
from storage.database import Database
from storage.rate_limits import Policy, Quota, Use, count

PolicyName = Literal["requests", "runs", "workflow_runs", "strangers"]

#: Routes that start runs, as the application names them.
STARTS_RUNS: Final = frozenset(
    {
        "/chat",
        "/runs",
        "/runs/stream",
        "/runs/wait",
        "/runs/{run_id}/resume",
        "/threads/{thread_id}/runs",
        "/threads/{thread_id}/runs/stream",
        "/threads/{thread_id}/runs/wait",
        "/approvals/{approval_id}/vote",
        "/workflows/events/{event}",
    }
)

_WHAT: Final[dict[str, str]] = {
    "requests": "There were too many requests",
    "runs": "There were too many new runs",
    "workflow_runs": "There were too many executions of workflows",
    "strangers": "There were too many requests of nobody from your address",
}

#: Where a request keeps what was counted, for the headers of its answer.
_KEY: Final = "quotas"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is counted: a user, and the key that was used if one was."""

    user: UserContext
    key_id: str | None = None

    def subjects(self) -> list[str]:
        """The names that it is counted under."""
        user = f"user {self.user.tenant_id} {self.user.user_id}"
        return [user] if self.key_id is None else [user, f"key {self.key_id}"]


class Quotas:
    """The policies of the settings. In local mode nothing is counted: nobody else is there."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.is_off = settings.auth == "local"
        self._policies: dict[PolicyName, Policy] = {
            "requests": Policy("requests", settings.requests_per_min),
            "runs": Policy("runs", settings.runs_per_min),
            "workflow_runs": Policy("workflow_runs", settings.workflow_runs_per_min),
            "strangers": Policy("strangers", settings.strangers_per_min),
        }

    async def use(self, caller: Caller, *names: PolicyName) -> list[Quota]:
        """Count one of each policy, in one statement."""
        return await self._count(caller.subjects(), names)

    async def use_of_stranger(self, address: str) -> list[Quota]:
        """Count a request of nobody from an address."""
        return await self._count([f"address {neighbourhood(address)}"], ["strangers"])

    async def _count(self, subjects: Sequence[str], names: Sequence[PolicyName]) -> list[Quota]:
        if self.is_off:
            return []
        uses = [Use(self._policies[name], subject) for name in names for subject in subjects]
        return await count(self._database, uses)


def require_room(quotas: Sequence[Quota]) -> None:
    """Raise `TooManyRequests` if one of them is used up."""
    full = [quota for quota in quotas if not quota.fitted]
    if full:
        longest = max(full, key=lambda quota: quota.again_in_s)
        raise TooManyRequests(_WHAT[longest.policy.name], longest.again_in_s)


async def count_request(request: Request, user: UserContext) -> None:
    """Count a request of somebody; raises `TooManyRequests`."""
    quotas: Quotas = request.app.state.services.quotas
    if quotas.is_off:
        return
    caller = Caller(user, getattr(request.state, "api_key_id", None))
    names: list[PolicyName] = ["requests"]
    if request.method == "POST" and request.scope["route"].path in STARTS_RUNS:
        names.append("runs")
    _settle(request.scope, await quotas.use(caller, *names))


async def count_stranger(request: Request) -> None:
    """Count a request of nobody; raises `TooManyRequests`."""
    quotas: Quotas = request.app.state.services.quotas
    if not quotas.is_off and request.client:
        _settle(request.scope, await quotas.use_of_stranger(request.client.host))


def counted_quotas(scope: Scope) -> list[Quota]:
    """What was counted for a request."""
    return scope.get("state", {}).get(_KEY, [])


def _settle(scope: Scope, quotas: list[Quota]) -> None:
    scope.setdefault("state", {})[_KEY] = quotas
    require_room(quotas)
