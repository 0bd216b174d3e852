"""What triggers really brought, as their data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.identity import UserContext
from domain.webhooks.events import UnreadableEvent
from domain.webhooks.parsing import parsed
from domain.webhooks.schemes import Incoming
from storage.deliveries import Delivery, DeliveryRepository


@dataclass(frozen=True, slots=True)
class TriggerSamples:
    """A `SampleSource` over the kept deliveries."""

    deliveries: DeliveryRepository

    async def sample(self, user: UserContext, workflow_id: UUID) -> Mapping[str, Any] | None:
        """The newest data that a trigger of a workflow's draft was given, if any was kept."""
        found = await self.deliveries.sample_of(user, workflow_id)
        try:
            return data_of(found) if found else None
        except UnreadableEvent:
            # It came in when its service was read in another way.
            return None


def data_of(delivery: Delivery) -> Mapping[str, Any]:
    """The trigger's data; raises `UnreadableEvent`."""
    at = delivery.received_at.timestamp()
    incoming = Incoming(delivery.url, delivery.headers, delivery.body or b"", at)
    return parsed(delivery.service, incoming).data
