"""Whether each trigger of a live workflow can fire, and what is missing if it cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.identity import UserContext
from domain.webhooks.endpoints import SCHEMES, Delivery, Endpoint
from storage.database import Database
from storage.deliveries import DeliveryRepository, DeliverySearch
from storage.schedules import KeptSchedule, ScheduleRepository
from storage.webhook_endpoints import EndpointRepository
from storage.workflow_triggers import LiveTrigger, live_triggers

#: More endpoints than these are not looked through for one workflow.
_MOST_ENDPOINTS: Final = 200

_NO_ENDPOINT: Final = "There is no active endpoint for {service}. Make one, and tell {service} its "
_NO_PUBLIC_URL: Final = (
    "Providers cannot reach the endpoint until GOLDENPATH_PUBLIC_URL says where the service is."
)
_REFUSED: Final = "The newest delivery was refused: "


@dataclass(frozen=True, slots=True)
class Pulse:
    """One trigger of a live workflow."""

    node_id: str
    service: str
    task: str
    can_fire: bool
    #: What to do when it cannot.
    problem: str | None = None
    #: When it is due next, for a schedule.
    next_at: datetime | None = None
    #: When something came in for it, or it was due, and what became of it.
    last_at: datetime | None = None
    last_verdict: str | None = None


class LivenessProbe:
    """Looks at the triggers of a user's workflows."""

    def __init__(
        self, database: Database, endpoints: EndpointRepository, public_url: str | None
    ) -> None:
        self._database = database
        self._endpoints = endpoints
        self._deliveries = DeliveryRepository(database)
        self._schedules = ScheduleRepository(database)
        self._public_url = public_url

    async def pulses(self, user: UserContext, workflow_id: UUID) -> list[Pulse]:
        """How each trigger stands; none for a workflow that is off."""
        async with self._database.acting_for(user) as connection:
            triggers = await live_triggers(connection, user, workflow_id)
        schedules = await self._schedules.of_workflow(user, workflow_id)
        by_node = {schedule.node_id: schedule for schedule in schedules}
        endpoints = await self._endpoints.list(user, _MOST_ENDPOINTS)
        return [await self._pulse(user, trigger, by_node, endpoints) for trigger in triggers]

    async def _pulse(
        self,
        user: UserContext,
        trigger: LiveTrigger,
        schedules: Mapping[str, KeptSchedule],
        endpoints: Sequence[Endpoint],
    ) -> Pulse:
        if trigger.service in SCHEMES:
            fitting = [each for each in endpoints if _brings(each, trigger)]
            newest = [await self._newest(user, each) for each in fitting]
            return _of_webhook(trigger, fitting, newest, self._public_url)
        if (trigger.service, trigger.task) == ("timer", "schedule"):
            return _of_schedule(trigger, schedules.get(trigger.node_id))
        return Pulse(trigger.node_id, trigger.service, trigger.task, can_fire=True)

    async def _newest(self, user: UserContext, endpoint: Endpoint) -> Delivery | None:
        search = DeliverySearch(endpoint.endpoint_id)
        found = await self._deliveries.page(user, search, limit=1, offset=0)
        return found[0] if found else None


def _brings(endpoint: Endpoint, trigger: LiveTrigger) -> bool:
    return (
        endpoint.status == "active"
        and endpoint.service == trigger.service
        and trigger.connection_id in (None, endpoint.connection_id)
    )


def _of_webhook(
    trigger: LiveTrigger,
    endpoints: Sequence[Endpoint],
    newest: Sequence[Delivery | None],
    public_url: str | None,
) -> Pulse:
    came = [delivery for delivery in newest if delivery is not None]
    last = max(came, key=lambda delivery: delivery.received_at, default=None)
    problem = None
    if not endpoints:
        problem = _NO_ENDPOINT.format(service=trigger.service) + "address."
    elif public_url is None:
        problem = _NO_PUBLIC_URL
    elif last is not None and last.verdict in ("quarantined", "invalid"):
        problem = f"{_REFUSED}{last.reason}"
    seen: dict[str, Any] = {}
    if last is not None:
        seen = {"last_at": last.received_at, "last_verdict": last.verdict}
    return Pulse(trigger.node_id, trigger.service, trigger.task, problem is None, problem, **seen)


def _of_schedule(trigger: LiveTrigger, schedule: KeptSchedule | None) -> Pulse:
    problem = None
    if schedule is None or schedule.planned_at is None:
        problem = "It never comes again. Give it another schedule and activate the workflow."
    elif schedule.is_late:
        problem = (
            "It was due and nothing has started it: no worker of the service runs. Start one with "
            "`python -m server worker`."
        )
    if schedule is None:
        return Pulse(trigger.node_id, trigger.service, trigger.task, False, problem)
    return Pulse(
        trigger.node_id,
        trigger.service,
        trigger.task,
        can_fire=problem is None,
        problem=problem,
        next_at=schedule.planned_at,
        last_at=schedule.last_for,
        last_verdict=schedule.last_problem or ("started" if schedule.last_run_id else None),
    )
