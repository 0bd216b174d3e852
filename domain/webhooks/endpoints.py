"""Endpoints: the addresses that providers call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from domain.errors import InvalidInput
from domain.webhooks.schemes import Scheme, SchemeKind

EndpointStatus = Literal["active", "off"]
Verdict = Literal["ok", "duplicate", "conflict", "invalid", "quarantined"]

#: How the senders of each service sign; of the first when nothing is said.
SCHEMES: Final[Mapping[str, tuple[SchemeKind, ...]]] = MappingProxyType(
    {
        "razorpay": ("razorpay",),
        "whatsapp": ("twilio",),
        "slack": ("slack",),
        "webhook": ("hmac", "standard", "stripe"),
    }
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, without its secret."""

    endpoint_id: UUID
    service: str
    name: str
    token: str
    scheme: Scheme
    connection_id: UUID | None
    status: EndpointStatus
    secret_set_at: datetime
    previous_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in at an endpoint, and what became of it."""

    delivery_id: UUID
    endpoint_id: UUID
    service: str
    verdict: Verdict
    reason: str | None
    event: str | None
    task: str | None
    sender: str | None
    headers: Mapping[str, str]
    url: str
    body: bytes | None
    dedup_key: str | None
    fingerprint: str | None
    starts: Sequence[Mapping[str, Any]]
    replay_of: UUID | None
    received_at: datetime


def scheme_of(service: str, scheme: Scheme | None) -> Scheme:
    """The scheme of a service's endpoint; raises `InvalidInput`."""
    if service not in SCHEMES:
        raise InvalidInput(
            f"service: nothing comes in from there. Use one of {', '.join(SCHEMES)}."
        )
    kinds = SCHEMES[service]
    chosen = scheme or Scheme(kinds[0])
    if chosen.kind not in kinds:
        raise InvalidInput(
            f"scheme: {service} does not sign so. Leave it out, or use {', '.join(kinds)}."
        )
    return chosen
