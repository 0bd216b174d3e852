"""Deliveries of webhooks: what came in, why it was taken or not, and taking it in again."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from domain.webhooks.endpoints import Delivery, Verdict
from server.audit_notes import note
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems
from server.triggers.samples import data_of
from storage.deliveries import DeliverySearch

router = APIRouter(tags=["webhooks"])

_MOST_SAMPLES = 10


class DeliveryShape(BaseModel):
    """One delivery."""

    delivery_id: UUID
    endpoint_id: UUID
    service: str
    verdict: Verdict = Field(
        description="ok; duplicate: it came before; conflict: another body with a known id; "
        "invalid: signed, but not what the service sends; quarantined: nobody vouches for it."
    )
    reason: str | None
    event: str | None = Field(description="The provider's name for it.")
    task: str | None = Field(description="The trigger that it is for.")
    headers: dict[str, str]
    starts: list[dict[str, Any]] = Field(
        description="The runs that it started, and the workflows that could not start."
    )
    replay_of: UUID | None
    received_at: datetime


class WholeDeliveryShape(DeliveryShape):
    """One delivery with what was sent."""

    body: str | None = Field(description="As text; null where it was not kept.")


class ReplayRequest(BaseModel):
    """Taking a delivery in again."""

    request_id: str = Field(
        min_length=1, max_length=100, description="The same once more does nothing more."
    )


class ReplayShape(BaseModel):
    """What became of it."""

    delivery_id: UUID | None
    verdict: Verdict
    reason: str | None
    runs: list[UUID]


class SampleShape(BaseModel):
    """What a trigger brought."""

    delivery_id: UUID
    received_at: datetime
    data: dict[str, Any] = Field(description="As workflows see it under `trigger_data`.")


@router.get("/deliveries", responses=problems(422, 503))
async def list_deliveries(
    services: ServicesDep,
    user: UserDep,
    endpoint: Annotated[UUID | None, Query(description="Only of this endpoint.")] = None,
    verdict: Annotated[Verdict | None, Query(description="Only with this verdict.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Not before.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    offset: Annotated[int, Query(ge=0, description="How many to leave out.")] = 0,
) -> list[DeliveryShape]:
    """Your deliveries, newest first."""
    search = DeliverySearch(endpoint, verdict, since, until)
    found = await services.triggers.deliveries.page(user, search, limit, offset)
    return [DeliveryShape.model_validate(_fields(each)) for each in found]


@router.get("/deliveries/{delivery_id}", responses=problems(404, 422, 503))
async def get_delivery(
    delivery_id: UUID, services: ServicesDep, user: UserDep
) -> WholeDeliveryShape:
    """One delivery with what was sent."""
    found = await services.triggers.deliveries.get(user, delivery_id)
    body = None if found.body is None else found.body.decode(errors="replace")
    return WholeDeliveryShape.model_validate({**_fields(found), "body": body})


@router.post("/deliveries/{delivery_id}/replay", responses=problems(404, 409, 422, 503))
async def replay_delivery(
    delivery_id: UUID, body: ReplayRequest, services: ServicesDep, user: UserDep
) -> ReplayShape:
    """Take it in again: one that was quarantined once its secret is right, any other as it was."""
    done = await services.triggers.receiver.replay(
        user, delivery_id, body.request_id, services.triggers.endpoints
    )
    await note(services, user, "delivery.replayed", delivery_id, verdict=done.verdict)
    return ReplayShape(
        delivery_id=done.delivery_id, verdict=done.verdict, reason=done.reason, runs=list(done.runs)
    )


@router.get("/workflows/samples", responses=problems(422, 503))
async def list_samples(
    services: ServicesDep,
    user: UserDep,
    service: Annotated[str, Query(max_length=50)],
    task: Annotated[str, Query(max_length=50)],
    since: Annotated[
        AwareDatetime | None, Query(description="Only what came since then: to capture the next.")
    ] = None,
) -> list[SampleShape]:
    """What a trigger brought lately, newest first, to build with."""
    found = await services.triggers.deliveries.samples(user, service, task, _MOST_SAMPLES, since)
    return [_sample(each) for each in found]


def _sample(delivery: Delivery) -> SampleShape:
    data = data_of(delivery)
    return SampleShape(
        delivery_id=delivery.delivery_id, received_at=delivery.received_at, data=dict(data)
    )


def _fields(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in DeliveryShape.model_fields}
