"""Whether each trigger of a live workflow can fire, and what is missing if it cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.errors import NotFound
from domain.identity import UserContext
from domain.webhooks.endpoints import SCHEMES, Delivery, Endpoint
from storage.database import Database
from storage.deliveries import DeliveryRepository
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
    params: Mapping[str, Any]
    can_fire: bool
    #: What to do when it cannot.
    problem: str | None = None
    #: When it is due next, for a schedule.
    next_at: datetime | None = None
    #: When something came in for it, or it was due, and what became of it.
    last_at: datetime | None = None
    last_verdict: str | None = None


@dataclass(slots=True)
class _Around:
    """What is known of a user's triggers besides themselves."""

    public_url: str | None
    schedules: Mapping[tuple[UUID, str], KeptSchedule] = field(
        default_factory=dict[tuple[UUID, str], KeptSchedule]
    )
    endpoints: Sequence[Endpoint] = ()
    #: By endpoint.
    newest: Mapping[UUID, Delivery] = field(default_factory=dict[UUID, Delivery])


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
        """How each trigger stands; none for a workflow that is off. Raises `NotFound`."""
        found = await self.pulses_of(user, [workflow_id])
        if workflow_id not in found:
            raise NotFound("workflow", str(workflow_id))
        return found[workflow_id]

    async def pulses_of(
        self, user: UserContext, workflow_ids: Sequence[UUID]
    ) -> dict[UUID, list[Pulse]]:
        """The same of many workflows of a user, in a few statements however many they are."""
        async with self._database.acting_for(user) as connection:
            triggers = await live_triggers(connection, user, workflow_ids)
        every = [trigger for some in triggers.values() for trigger in some]
        around = _Around(self._public_url)
        if any(_is_schedule(trigger) for trigger in every):
            around.schedules = await self._schedules.of_workflows(user, workflow_ids)
        if any(trigger.service in SCHEMES for trigger in every):
            around.endpoints = await self._endpoints.list(user, _MOST_ENDPOINTS)
            fitting = {e.endpoint_id for e in around.endpoints for t in every if _brings(e, t)}
            around.newest = await self._deliveries.newest(user, sorted(fitting))
        return {
            workflow_id: [_pulse(workflow_id, trigger, around) for trigger in some]
            for workflow_id, some in triggers.items()
        }


def _pulse(workflow_id: UUID, trigger: LiveTrigger, around: _Around) -> Pulse:
    if trigger.service in SCHEMES:
        fitting = [each for each in around.endpoints if _brings(each, trigger)]
        newest = [around.newest.get(each.endpoint_id) for each in fitting]
        return _of_webhook(trigger, fitting, newest, around.public_url)
    if _is_schedule(trigger):
        return _of_schedule(trigger, around.schedules.get((workflow_id, trigger.node_id)))
    return _pulse_of(trigger, None)


def _is_schedule(trigger: LiveTrigger) -> bool:
    return (trigger.service, trigger.task) == ("timer", "schedule")


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
    return _pulse_of(trigger, problem, **seen)


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
        return _pulse_of(trigger, problem)
    return _pulse_of(
        trigger,
        problem,
        next_at=schedule.planned_at,
        last_at=schedule.last_for,
        last_verdict=schedule.last_problem or ("started" if schedule.last_run_id else None),
    )


def _pulse_of(trigger: LiveTrigger, problem: str | None, **seen: Any) -> Pulse:
    return Pulse(
        node_id=trigger.node_id,
        service=trigger.service,
        task=trigger.task,
        params=trigger.params,
        can_fire=problem is None,
        problem=problem,
        **seen,
    )
