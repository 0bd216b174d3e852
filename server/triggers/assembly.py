"""All that starts workflows, put together."""

from dataclasses import dataclass

from domain.revealed_secrets import SecretMask
from server.runs.manager import RunManager
from server.secret_key import secret_box
from server.settings import Settings
from server.triggers.liveness import LivenessProbe
from server.triggers.receiver import Receiver
from server.triggers.starts import RunStarts
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


def open_triggers(
    settings: Settings,
    database: Database,
    manager: RunManager,
    listener: Listener,
    mask: SecretMask,
) -> Triggers:
    """Before the listener runs; the ticker is for whoever has a worker."""
    box, starts = secret_box(settings), RunStarts(manager)
    endpoints = EndpointRepository(database, box, mask)
    door = EndpointDoor(database, box, mask, settings.deliveries_per_s)
    return Triggers(
        endpoints=endpoints,
        deliveries=DeliveryRepository(database),
        receiver=Receiver(database, door, starts, settings.reached_at),
        liveness=LivenessProbe(database, endpoints, settings.public_url),
        ticker=Ticker(database, starts, manager, listener),
    )
