"""All that starts workflows, put together."""

from dataclasses import dataclass

from domain.revealed_secrets import SecretMask
from server.runs.manager import RunManager
from server.secret_key import secret_box
from server.settings import Settings
from server.triggers.liveness import LivenessProbe
from server.triggers.receiver import Receiver
from server.triggers.starts import Starts
from server.triggers.ticker import Ticker
from storage.database import Database
from storage.deliveries import DeliveryRepository
from storage.notifications import Listener
from storage.webhook_endpoints import EndpointDoor, EndpointRepository


@dataclass(frozen=True, slots=True)
class Triggers:
    """What routes and the process use of it."""

    endpoints: EndpointRepository
    deliveries: DeliveryRepository
    receiver: Receiver
    liveness: LivenessProbe
    ticker: Ticker


@dataclass(frozen=True, slots=True)
class TriggerParts:
    """What it is made from besides the settings."""

    database: Database
    manager: RunManager
    starts: Starts
    listener: Listener
    mask: SecretMask
    deliveries: DeliveryRepository


def open_triggers(settings: Settings, parts: TriggerParts) -> Triggers:
    """Before the listener runs; the ticker is for whoever has a worker."""
    box, database, starts = secret_box(settings), parts.database, parts.starts
    endpoints = EndpointRepository(database, box, parts.mask)
    door = EndpointDoor(database, box, parts.mask, settings.deliveries_per_s)
    return Triggers(
        endpoints=endpoints,
        deliveries=parts.deliveries,
        receiver=Receiver(database, door, starts, settings.reached_at),
        liveness=LivenessProbe(database, endpoints, settings.public_url),
        ticker=Ticker(database, starts, parts.manager, parts.listener),
    )
