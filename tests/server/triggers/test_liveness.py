"""The probe says of each trigger whether it can fire, and what is missing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from domain.identity import LOCAL_USER
from server.composition import Services
from server.triggers.liveness import LivenessProbe
from storage.live_schedules import schedules_registered
from storage.workflow_triggers import LiveTrigger
from tests.server.triggers.world import endpoint, live_workflow, paid, payment, post, signed
from tests.storage.owner import as_owner


async def pulse(services: Services, workflow_id: UUID) -> Any:
    probe = LivenessProbe(
        services.database, services.triggers.endpoints, "https://flows.example.com"
    )
    [found] = await probe.pulses(LOCAL_USER, workflow_id)
    return found


async def test_a_webhook_needs_its_endpoint_and_a_right_secret(
    services: Services, api: httpx.AsyncClient
) -> None:
    workflow_id = await live_workflow(services.database, paid())
    assert "no active endpoint" in (await pulse(services, workflow_id)).problem
    made = await endpoint(api)
    assert (await pulse(services, workflow_id)).can_fire
    await post(api, made["path"], payment(), headers=signed(payment(), "another secret"))
    refused = await pulse(services, workflow_id)
    assert (refused.can_fire, refused.last_verdict) == (False, "quarantined")
    await post(api, made["path"], payment())
    assert (await pulse(services, workflow_id)).last_verdict == "ok"
    await api.patch(f"/webhook-endpoints/{made['endpoint_id']}", json={"status": "off"})
    assert not (await pulse(services, workflow_id)).can_fire


async def test_only_an_endpoint_of_its_connection_counts(
    services: Services, api: httpx.AsyncClient
) -> None:
    await endpoint(api)
    bound = LiveTrigger("paid", "razorpay", "payment_received", {}, uuid4())
    workflow_id = await live_workflow(services.database, bound)
    assert not (await pulse(services, workflow_id)).can_fire


async def test_a_schedule_needs_a_moment_and_somebody_who_looks(services: Services) -> None:
    trigger = LiveTrigger("at", "timer", "schedule", {"cron": "0 0 1 1 *"})
    workflow_id = await live_workflow(services.database, trigger)
    assert "never" in (await pulse(services, workflow_id)).problem
    async with as_owner(services.database) as connection:
        await schedules_registered(connection, LOCAL_USER, workflow_id, datetime.now(UTC))
    found = await pulse(services, workflow_id)
    assert found.can_fire
    assert found.next_at > datetime.now(UTC)


async def test_the_route_says_it_of_own_workflows_alone(
    services: Services, api: httpx.AsyncClient
) -> None:
    by_hand = await live_workflow(services.database, LiveTrigger("go", "manual", "start"))
    answer = (await api.get(f"/workflows/{by_hand}/liveness")).json()
    assert (answer["is_live"], answer["triggers"][0]["can_fire"]) == (True, True)
    paid_for = await live_workflow(services.database, paid())
    await endpoint(api)
    answer = (await api.get(f"/workflows/{paid_for}/liveness")).json()
    assert "GOLDENPATH_PUBLIC_URL" in answer["triggers"][0]["problem"]
    assert (await api.get(f"/workflows/{uuid4()}/liveness")).status_code == 404
