"""Razorpay's tasks, and what becomes of them when an answer is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import razorpay
from pydantic import ValidationError
from razorpay.errors import BadRequestError

from domain.errors import OutcomeUnknown, ProviderBusy, ProviderRefused
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.standins.razorpay_server import KEY_ID, KEY_SECRET, PAYMENT, RazorpayServer
from tests.tools.integrations.calls import KEY, Calls, find, run
from tools.integration import Call
from tools.integrations.razorpay import INTEGRATION

LINK = {
    "amount_minor": 49900,
    "description": "Monthly plan",
    "customer": {"name": "Asha", "contact": "+919876543210"},
    "notify": True,
}


@pytest.fixture
async def server() -> AsyncIterator[RazorpayServer]:
    async with running_http_server(kind=RazorpayServer) as running:
        assert isinstance(running, RazorpayServer)
        yield running


@pytest.fixture
def call(calls: Calls, server: RazorpayServer) -> Call:
    return signed(calls, server)


def signed(calls: Calls, server: RazorpayServer, secret: str = KEY_SECRET, **more: str) -> Call:
    settings = {"key_id": KEY_ID, "base_url": server.url}
    return calls.call("razorpay", settings, {"key_secret": secret}, **more)


async def test_a_payment_link_is_made_with_a_reference_of_its_call(
    call: Call, server: RazorpayServer
) -> None:
    made = await run(INTEGRATION, "create_payment_link", call, **LINK)
    [link] = server.links
    assert (made.id, made.short_url, made.reference_id) == (link["id"], link["short_url"], KEY[:40])
    assert (link["amount"], link["currency"]) == (49900, "INR")
    assert link["notify"] == {"email": False, "sms": True}
    assert link["customer"] == {"name": "Asha", "contact": "+919876543210"}


@pytest.mark.parametrize(
    ("task", "params", "kept"),
    [("create_payment_link", LINK, "links"), ("create_order", {"amount_minor": 100}, "orders")],
)
async def test_what_a_lost_answer_made_is_found_and_what_was_not_made_is_not(
    call: Call, server: RazorpayServer, task: str, params: dict[str, object], kept: str
) -> None:
    assert await find(INTEGRATION, task, call, **params) is None
    server.lost_answers = 1
    with pytest.raises(OutcomeUnknown):
        await run(INTEGRATION, task, call, **params)
    found = await find(INTEGRATION, task, call, **params)
    assert [found.id] == [each["id"] for each in getattr(server, kept)]


async def test_a_link_of_somebody_elses_call_with_the_same_reference_is_not_taken_for_ones_own(
    calls: Calls, server: RazorpayServer
) -> None:
    params = {**LINK, "reference_id": "INV-1"}
    await run(INTEGRATION, "create_payment_link", signed(calls, server, key="a" * 64), **params)
    another = signed(calls, server, key="b" * 64)
    assert await find(INTEGRATION, "create_payment_link", another, **params) is None
    with pytest.raises(ProviderRefused, match="INV-1 already exists"):
        await run(INTEGRATION, "create_payment_link", another, **params)


async def test_a_refund_with_the_same_key_is_made_once(call: Call, server: RazorpayServer) -> None:
    params = {"payment_id": PAYMENT, "amount_minor": 10000}
    server.lost_answers = 1
    with pytest.raises(OutcomeUnknown):
        await run(INTEGRATION, "refund", call, **params)
    again = await run(INTEGRATION, "refund", call, **params)
    [refund] = server.refunds
    assert (again.id, again.amount_minor, again.status) == (refund["id"], 10000, "processed")


async def test_a_refund_under_way_leaves_a_doubt(call: Call, server: RazorpayServer) -> None:
    server.troubles = [Reply(409, {"error": {"description": "Request is in progress"}})]
    with pytest.raises(OutcomeUnknown, match="Request is in progress"):
        await run(INTEGRATION, "refund", call, payment_id=PAYMENT)


async def test_a_payment_is_read_as_it_stands(call: Call, server: RazorpayServer) -> None:
    await run(INTEGRATION, "refund", call, payment_id=PAYMENT)
    payment = await run(INTEGRATION, "fetch_payment", call, payment_id=PAYMENT)
    assert (payment.status, payment.amount_minor, payment.amount_refunded_minor) == (
        *("refunded", 49900, 49900),
    )
    with pytest.raises(ProviderRefused) as refused:
        await run(INTEGRATION, "fetch_payment", call, payment_id="pay_unknown")
    assert "The id provided does not exist (BAD_REQUEST_ERROR)" in str(refused.value)


@pytest.mark.parametrize("amount", [0, -1, 499.5, 499.0, "499", True])
async def test_amounts_are_whole_minor_units(call: Call, amount: object) -> None:
    with pytest.raises(ValidationError):
        await run(INTEGRATION, "create_order", call, amount_minor=amount)


async def test_refusals_name_the_field_and_never_the_secret(
    calls: Calls, server: RazorpayServer
) -> None:
    with pytest.raises(ProviderRefused, match=r"INR 1\.00, in the field amount"):
        await run(INTEGRATION, "create_order", signed(calls, server), amount_minor=99)
    wrong = signed(calls, server, "another-secret-0123")
    with pytest.raises(ProviderRefused, match="Check the connection") as refused:
        await run(INTEGRATION, "create_order", wrong, amount_minor=100)
    assert "another-secret" not in str(refused.value)


async def test_a_gateway_that_is_down_leaves_a_doubt_about_what_changes(
    call: Call, server: RazorpayServer
) -> None:
    down = Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"})
    server.troubles = [down, down, Reply(503, {}, {"Retry-After": "3"})]
    with pytest.raises(OutcomeUnknown, match="HTTP status 502"):
        await run(INTEGRATION, "create_order", call, amount_minor=100)
    with pytest.raises(ProviderBusy):
        await run(INTEGRATION, "fetch_payment", call, payment_id=PAYMENT)
    with pytest.raises(ProviderBusy, match="Try again in 3 seconds"):
        await run(INTEGRATION, "create_order", call, amount_minor=100)


async def test_the_connection_says_whose_it_is(calls: Calls, server: RazorpayServer) -> None:
    assert INTEGRATION.test
    said = await INTEGRATION.test(signed(calls, server))
    assert said == f"Signed in to Razorpay as {KEY_ID}, in test mode."
    with pytest.raises(ProviderRefused):
        await INTEGRATION.test(signed(calls, server, "another-secret"))
    assert {question.method for question in server.questions()} == {"GET"}


async def test_razorpays_own_client_understands_the_stand_in(server: RazorpayServer) -> None:
    client: Any = razorpay.Client(auth=(KEY_ID, KEY_SECRET), base_url=server.url)

    def use() -> tuple[str, str, str]:
        link = client.payment_link.create({"amount": 500, "currency": "INR"})
        order = client.order.create({"amount": 500, "currency": "INR", "receipt": "r1"})
        refund = client.payment.refund(PAYMENT, {"amount": 100})
        with pytest.raises(BadRequestError, match=r"INR 1\.00"):
            client.order.create({"amount": 5, "currency": "INR"})
        assert client.order.all({"receipt": "r1"})["count"] == 1
        return link["id"], order["id"], refund["id"]

    assert await asyncio.to_thread(use) == (
        server.links[0]["id"],
        server.orders[0]["id"],
        server.refunds[0]["id"],
    )
