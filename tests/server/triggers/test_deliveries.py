"""Deliveries that are kept: taken in again, and there to build with."""

from datetime import UTC, datetime, timedelta

import httpx

from server.composition import Services
from tests.server.triggers.world import (
    deliveries,
    endpoint,
    live_workflow,
    paid,
    payment,
    post,
    runs,
)


async def test_a_delivery_is_taken_in_again_once_for_each_request(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    await post(api, made["path"], payment())
    [delivery] = await deliveries(api)
    await live_workflow(services.database, paid())
    path = f"/deliveries/{delivery['delivery_id']}/replay"
    first, again, other = [
        (await api.post(path, json={"request_id": name})).json() for name in ("a", "a", "b")
    ]
    assert (first["verdict"], again["verdict"], other["verdict"]) == ("ok", "duplicate", "ok")
    assert first["runs"] == again["runs"] != other["runs"]
    assert len(await runs(services)) == 2


async def test_a_quarantined_delivery_is_taken_in_once_its_secret_is_right(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api, secret="a-wrong-secret")
    await live_workflow(services.database, paid())
    await post(api, made["path"], payment())
    [delivery] = await deliveries(api)
    path = f"/deliveries/{delivery['delivery_id']}/replay"
    assert (await api.post(path, json={"request_id": "a"})).status_code == 422
    new = {"secret": "the-secret-of-razorpay"}
    await api.post(f"/webhook-endpoints/{made['endpoint_id']}/secret", json=new)
    assert (await api.post(path, json={"request_id": "b"})).json()["verdict"] == "ok"
    # The sender tries once more: it came before.
    assert (await post(api, made["path"], payment())).json()["verdict"] == "duplicate"
    assert len(await runs(services)) == 1


async def test_what_came_in_is_there_to_build_with(api: httpx.AsyncClient) -> None:
    made = await endpoint(api)
    asked = {"service": "razorpay", "task": "payment_received"}
    assert (await api.get("/workflows/samples", params=asked)).json() == []
    before = datetime.now(UTC).isoformat()
    await post(api, made["path"], payment("pay_7"))
    [sample] = (await api.get("/workflows/samples", params={**asked, "since": before})).json()
    assert sample["data"]["payment"]["id"] == "pay_7"
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (await api.get("/workflows/samples", params={**asked, "since": later})).json() == []
