"""Deliveries over the API: each starts its workflows once, and nothing else starts any."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import httpx
import pytest

from domain.identity import LOCAL_USER, UserContext
from server.app import create_api
from server.composition import Services
from storage.workflow_triggers import LiveTrigger
from tests.domain.webhooks.samples import SECRET as SAMPLE_SECRET
from tests.domain.webhooks.samples import slack, twilio_form
from tests.server.triggers.world import (
    deliveries,
    endpoint,
    live_workflow,
    paid,
    payment,
    post,
    runs,
    signed,
)
from tests.storage.owner import as_owner

OTHER = UserContext("other", "elsewhere")


async def test_a_payment_starts_each_workflow_that_waits_for_it(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    first = await live_workflow(services.database, paid())
    second = await live_workflow(services.database, paid(), paid("again"))
    await live_workflow(services.database, LiveTrigger("x", "razorpay", "payment_failed"))
    await live_workflow(services.database, paid(), user=OTHER)
    answer = await post(api, made["path"], payment())
    assert (answer.status_code, answer.json()) == (200, {"verdict": "ok", "runs": 3})
    [delivery] = await deliveries(api)
    assert (delivery["verdict"], delivery["task"]) == ("ok", "payment_received")
    assert {start["workflow_id"] for start in delivery["starts"]} == {str(first), str(second)}
    for start in delivery["starts"]:
        run = await services.manager.wait_ended(LOCAL_USER, UUID(start["run_id"]))
        assert run.status == "success"
        assert run.metadata["workflow_id"] == start["workflow_id"]
        thread = await services.threads.get(LOCAL_USER, run.thread_id)
        assert thread.values["amount"] == 1500
        assert thread.values["trigger"] == start["node_id"]


async def test_a_repetition_starts_nothing_whoever_is_first(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    await live_workflow(services.database, paid())
    answers = await asyncio.gather(*(post(api, made["path"], payment()) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    verdicts = sorted(answer.json()["verdict"] for answer in answers)
    assert verdicts == ["duplicate"] * 7 + ["ok"]
    assert len(await runs(services)) == 1


async def test_another_body_with_a_known_id_is_a_conflict(
    services: Services, api: httpx.AsyncClient
) -> None:
    scheme = {"kind": "hmac", "header": "X-Sig", "id_field": "id"}
    made = await endpoint(api, service="webhook", webhook_scheme=scheme)
    await live_workflow(services.database, LiveTrigger("in", "webhook", "received"))
    for body, status in ((b'{"id": 1}', 200), (b'{"id": 1, "a": 2}', 409), (b'{"id": 2}', 200)):
        signature = signed(body)["X-Razorpay-Signature"]
        headers = {"X-Sig": signature, "Content-Type": "application/json"}
        assert (await post(api, made["path"], body, headers=headers)).status_code == status
    assert len(await runs(services)) == 2
    assert [each["verdict"] for each in await deliveries(api)] == ["ok", "conflict", "ok"]


async def test_what_nobody_vouches_for_is_quarantined_and_told_to_its_owner_alone(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    await live_workflow(services.database, paid())
    answer = await post(api, made["path"], payment(), headers=signed(payment(), "another secret"))
    assert answer.status_code == 401
    assert "secret" not in answer.text
    [delivery] = await deliveries(api, verdict="quarantined")
    assert "another secret" in delivery["reason"]
    assert await runs(services) == []


async def test_no_more_is_quarantined_than_its_rate_allows(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    forged = {"X-Razorpay-Signature": "0"}
    assert (await post(api, made["path"], b"{}", headers=forged)).status_code == 401
    async with as_owner(services.database) as connection:
        # As if so many had come that an hour's worth was used up.
        await connection.execute(
            "UPDATE rate_limits SET unused_at = now() + interval '1 hour'"
            " WHERE subject = %s AND policy = 'quarantine'",
            [made["endpoint_id"]],
        )
    for _ in range(3):
        answer = await post(api, made["path"], b"{}", headers=forged)
        assert answer.status_code == 401
    assert len(await deliveries(api, verdict="quarantined")) == 1


async def test_an_endpoint_takes_no_more_than_its_rate(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    assert (await post(api, made["path"], payment("pay_1"))).status_code == 200
    async with as_owner(services.database) as connection:
        # As if so many had come that an hour's worth was used up.
        await connection.execute(
            "UPDATE rate_limits SET unused_at = now() + interval '1 hour' WHERE subject = %s",
            [made["endpoint_id"]],
        )
    answer = await post(api, made["path"], payment("pay_2"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    other = await endpoint(api)
    assert (await post(api, other["path"], payment("pay_2"))).status_code == 200
    assert len(await deliveries(api)) == 2


@pytest.mark.parametrize("how", ["unknown", "off", "another service"])
async def test_what_is_not_there_says_nothing_else(api: httpx.AsyncClient, how: str) -> None:
    made = await endpoint(api)
    path = made["path"]
    if how == "unknown":
        path = path[:-1] + "!"
    elif how == "off":
        await api.patch(f"/webhook-endpoints/{made['endpoint_id']}", json={"status": "off"})
    else:
        path = path.replace("/razorpay/", "/webhook/")
    answer = await post(api, path, payment())
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "There is no webhook at this address. Check the id, or list what you have."},
    )
    assert await deliveries(api) == []


async def test_a_signed_body_that_is_not_the_services_own_is_kept_and_refused(
    api: httpx.AsyncClient,
) -> None:
    made = await endpoint(api)
    answer = await post(api, made["path"], b"{}")
    assert answer.status_code == 422
    [delivery] = await deliveries(api)
    assert delivery["verdict"] == "invalid"
    # It takes no id away: the same body may come to be understood.
    assert (await post(api, made["path"], b"{}")).status_code == 422


async def test_the_secret_before_counts_while_it_may(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    path = f"/webhook-endpoints/{made['endpoint_id']}/secret"
    changed = (await api.post(path, json={"secret": "another-secret"})).json()
    assert changed["previous_until"] is not None
    for secret in ("another-secret", "the-secret-of-razorpay"):
        body = payment(secret)
        assert (await post(api, made["path"], body, headers=signed(body, secret))).is_success
    async with as_owner(services.database) as connection:
        await connection.execute("UPDATE webhook_endpoints SET previous_until = now()")
    body = payment("late")
    assert (await post(api, made["path"], body)).status_code == 401


async def test_slack_is_answered_only_when_slack_asks(api: httpx.AsyncClient) -> None:
    made = await endpoint(api, service="slack")
    body = json.dumps({"type": "url_verification", "challenge": "3eZb"}).encode()
    answer = await post(api, made["path"], body)
    assert answer.status_code == 401
    assert "3eZb" not in answer.text
    asked = slack(body, at=datetime.now(UTC).timestamp())
    other = await endpoint(api, service="slack", secret=SAMPLE_SECRET)
    answer = await post(api, other["path"], body, headers=dict(asked.headers))
    assert (answer.status_code, answer.text) == (200, "3eZb")


async def test_twilio_signs_the_public_address(services: Services) -> None:
    public = services.settings.model_copy(update={"public_url": "https://flows.example.com"})
    receiver = services.triggers.receiver.reached_at("https://flows.example.com")
    side = replace(services.side, triggers=replace(services.triggers, receiver=receiver))
    app = create_api(
        replace(services, settings=public, side=side),
        "http://api",
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as api:
        made = await endpoint(api, service="whatsapp", secret=SAMPLE_SECRET)
        assert made["hint"] is None
        incoming = twilio_form(url=made["url"] + "?team=1")
        headers = dict(incoming.headers)
        answer = await api.post(made["path"] + "?team=1", content=incoming.body, headers=headers)
        assert answer.status_code == 200, answer.text
        other = await api.post(made["path"] + "?team=2", content=incoming.body, headers=headers)
        assert other.status_code == 401
    numbers = ("+919876543210", dict(parse_qsl(incoming.body.decode()))["To"].split(":")[1])
    at = await services.triggers.deliveries.last_at(LOCAL_USER, "whatsapp", *numbers)
    assert at is not None
    assert datetime.now(UTC) - at < timedelta(minutes=1)
    assert (
        await services.triggers.deliveries.last_at(LOCAL_USER, "whatsapp", "+1", numbers[1]) is None
    )


async def test_a_workflow_that_cannot_start_stops_no_other(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    off = await live_workflow(services.database, paid())
    await live_workflow(services.database, paid())
    async with as_owner(services.database) as connection:
        await connection.execute(
            "UPDATE workflows SET active_version = NULL WHERE workflow_id = %s", [off]
        )
    assert (await post(api, made["path"], payment())).json()["runs"] == 1
    [delivery] = await deliveries(api)
    [problem] = [start for start in delivery["starts"] if "problem" in start]
    assert problem["workflow_id"] == str(off)
    assert len(await runs(services)) == 1


async def test_only_what_comes_by_its_connection_starts_a_workflow(
    services: Services, api: httpx.AsyncClient
) -> None:
    connection = await api.post(
        "/connections", json={"name": "a", "kind": "api_key", "secrets": {"api_key": "sk-012345"}}
    )
    connection_id = connection.json()["connection_id"]
    made = await endpoint(api, connection_id=connection_id)
    mine = LiveTrigger("a", "razorpay", "payment_received", {}, UUID(connection_id))
    others = LiveTrigger("b", "razorpay", "payment_received", {}, uuid4())
    await live_workflow(services.database, mine, others)
    await post(api, made["path"], payment())
    [delivery] = await deliveries(api)
    assert [start["node_id"] for start in delivery["starts"]] == ["a"]


async def test_no_answer_has_a_secret_and_the_address_says_what_is_missing(
    api: httpx.AsyncClient,
) -> None:
    made = await endpoint(api)
    shown = await api.get("/webhook-endpoints")
    assert "the-secret-of-razorpay" not in shown.text + json.dumps(made)
    assert "GOLDENPATH_PUBLIC_URL" in made["hint"]
    one = f"/webhook-endpoints/{made['endpoint_id']}"
    assert (await api.get(one)).json()["url"] == made["url"]
    assert (await api.delete(one)).status_code == 204
    assert (await api.get(one)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"service": "nowhere", "secret": "0123456789"},
        {"service": "razorpay", "secret": "short"},
        {"service": "razorpay", "secret": "0123456789", "webhook_scheme": {"kind": "stripe"}},
        {"service": "webhook", "secret": "0123456789", "webhook_scheme": {"kind": "standard"}},
        {"service": "razorpay"},
    ],
)
async def test_an_endpoint_without_a_fitting_secret_is_not_made(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await api.post("/webhook-endpoints", json=body)
    assert answer.status_code == 422, answer.text


async def test_a_body_that_is_too_large_is_not_read(services: Services) -> None:
    small = services.settings.model_copy(update={"webhook_kb": 1})
    app = create_api(replace(services, settings=small), "http://api")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as api:
        made = await endpoint(api)
        answer = await post(api, made["path"], b"x" * 2_000)
        assert answer.status_code == 413
        assert "GOLDENPATH_WEBHOOK_KB" in answer.json()["detail"]
