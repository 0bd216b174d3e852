"""From a payment's webhook to a message and a row, over the real service, killed in the middle."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from domain.templates.shipped import shipped_templates
from tests.e2e.service import DEADLINE_S, Service, open_to_postgres
from tests.standins.google_server import SHARED, GoogleServer, key_file
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.standins.twilio_server import SENDER, SID, TOKEN, TwilioServer
from tools.triggers.razorpay import body_of

SECRET = "the-webhook-secret"
CUSTOMER = "+919876543210"


@dataclass
class World:
    """The service and the two providers that its workflow calls."""

    service: Service
    twilio: TwilioServer
    google: GoogleServer
    api: httpx.AsyncClient
    hook: str = ""
    workflow_id: str = ""

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def pay(self, payment_id: str) -> httpx.Response:
        """Razorpay tells of a payment."""
        sent = body_of("payment.captured", id=payment_id, contact=CUSTOMER)
        content = json.dumps(sent).encode()
        signature = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
        headers = {"X-Razorpay-Signature": signature, "Content-Type": "application/json"}
        return await self.api.post(self.hook, content=content, headers=headers)

    async def execution(self, *statuses: str) -> dict[str, Any]:
        """The newest execution once it has one of these statuses."""
        seen: Any = None
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    url = f"/workflows/{self.workflow_id}/runs"
                    seen = (await self.api.get(url)).json()
                    if seen and seen[0]["status"] in statuses:
                        return seen[0]
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"no execution became {statuses}: {seen}") from None


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A live workflow that thanks for payments and keeps a list of them."""
    environment = {"GOLDENPATH_EGRESS_ALLOW": "127.0.0.1"}
    service = Service(open_to_postgres(tmp_path), environment)
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(running_http_server(kind=TwilioServer))
        google = await stack.enter_async_context(running_http_server(kind=GoogleServer))
        await service.start()
        api = httpx.AsyncClient(base_url=service.url, timeout=DEADLINE_S)
        await stack.enter_async_context(api)
        world = World(service, cast(TwilioServer, twilio), cast(GoogleServer, google), api)
        world.twilio.wrote(CUSTOMER, timedelta(hours=1))
        await _go_live(world)
        yield world
        await service.stop()


async def _go_live(world: World) -> None:
    template = next(one for one in shipped_templates() if one.id == "payment-thank-you")
    blueprint = template.blueprint.model_dump(mode="json")
    nodes = {node["id"]: node["data"] for node in blueprint["nodes"]}
    nodes["thank"]["connection"] = await _connection(
        world,
        "twilio",
        {"account_sid": SID, "sender": SENDER, "base_url": world.twilio.url},
        {"auth_token": TOKEN},
    )
    nodes["note"]["connection"] = await _connection(
        world,
        "google_service_account",
        {"base_url": world.google.url},
        {"service_account": key_file(world.google.token_uri)},
    )
    nodes["note"]["params"]["spreadsheet_id"] = SHARED
    made = await world.post("/workflows", name="Payments", blueprint=blueprint)
    assert not [one for one in made["problems"] if one["severity"] == "error"]
    world.workflow_id = made["workflow_id"]
    await world.post(f"/workflows/{world.workflow_id}/activate")
    endpoint = await world.post("/webhook-endpoints", service="razorpay", secret=SECRET)
    world.hook = httpx.URL(endpoint["url"]).path


async def _connection(
    world: World, kind: str, settings: dict[str, str], secrets: dict[str, str]
) -> str:
    made = await world.post(
        "/connections", name=kind, kind=kind, settings=settings, secrets=secrets
    )
    return made["connection_id"]


async def test_a_payment_is_answered_with_a_message_and_a_row(world: World) -> None:
    assert (await world.pay("pay_1")).status_code == 200
    found = await world.execution("success", "error")
    detail = (await world.api.get(f"/workflows/runs/{found['run_id']}")).json()
    assert found["status"] == "success", detail
    [message] = world.twilio.sent()
    assert message["to"] == f"whatsapp:{CUSTOMER}"
    assert "INR 1500.00" in message["body"]
    [row] = world.google.sheets["Payments"]
    assert row[2:] == [1500, "INR", "upi", "pay_1"]
    # Razorpay sends it again: nothing happens twice.
    assert (await world.pay("pay_1")).status_code == 200
    assert len(world.twilio.sent()) == 1


async def test_nothing_is_done_twice_when_the_service_is_killed_between(world: World) -> None:
    await world.pay("pay_1")
    await world.execution("success")
    # It is signed in to Google by now, so what stalls is the row of the second payment.
    world.google.troubles = [Reply(stalls=True)]
    await world.pay("pay_2")
    async with asyncio.timeout(DEADLINE_S):
        while world.google.troubles:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert len(world.twilio.sent()) == 2
    await world.service.kill()
    await world.service.start()
    found = await world.execution("waiting", "success", "error")
    detail = (await world.api.get(f"/workflows/runs/{found['run_id']}")).json()
    # Google takes no key, and nobody knows whether the row is there: so a person is asked.
    assert found["status"] == "waiting", detail
    assert (len(world.twilio.sent()), len(world.google.sheets["Payments"])) == (2, 1)
    thread = (await world.api.get(f"/threads/{found['thread_id']}")).json()
    [[asked]] = thread["interrupts"].values()
    assert (asked["value"]["kind"], asked["value"]["node_id"]) == ("confirm_effect", "note")
    threads = f"/threads/{found['thread_id']}/runs"
    command = {"resume": {asked["id"]: {"answer": "again"}}}
    await world.post(threads, assistant_id="workflow", command=command)
    await world.execution("success")
    assert (len(world.twilio.sent()), len(world.google.sheets["Payments"])) == (2, 2)
