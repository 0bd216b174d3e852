"""WhatsApp messages as Twilio gets them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from domain.errors import CallRefused, OutcomeUnknown, ProviderBusy, ProviderRefused
from domain.identity import UserContext
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.standins.twilio_server import SENDER, SID, TEMPLATE, TOKEN, TwilioServer
from tests.tools.integrations.calls import Calls, open_calls, run
from tools.integration import Call
from tools.integrations.whatsapp import INTEGRATION

ASHA = "+919876543210"


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioServer]:
    async with running_http_server(kind=TwilioServer) as server:
        assert isinstance(server, TwilioServer)
        yield server


def signed(calls: Calls, server: TwilioServer, token: str = TOKEN) -> Call:
    settings = {"account_sid": SID, "sender": SENDER, "base_url": server.url}
    return calls.call("twilio", settings, {"auth_token": token})


async def test_a_message_goes_to_whoever_wrote_lately(calls: Calls, twilio: TwilioServer) -> None:
    twilio.wrote(ASHA, timedelta(hours=23))
    call = signed(calls, twilio)
    sent = await run(INTEGRATION, "send_message", call, phone_number=ASHA, message="Thanks, ₹499")
    [message] = twilio.sent()
    assert (message["to"], message["body"]) == (f"whatsapp:{ASHA}", "Thanks, ₹499")
    assert (sent.sid, sent.status, sent.phone_number) == (message["sid"], "queued", ASHA)
    assert "later" not in message


@pytest.mark.parametrize("ago", [timedelta(hours=24), timedelta(days=3)])
async def test_free_text_after_a_day_is_refused_and_the_template_named(
    calls: Calls, twilio: TwilioServer, ago: timedelta
) -> None:
    twilio.wrote(ASHA, ago)
    with pytest.raises(ProviderRefused, match="Use the task send_template"):
        await run(
            INTEGRATION, "send_message", signed(calls, twilio), phone_number=ASHA, message="Hi"
        )
    assert twilio.sent() == []


class Inbound:
    """What came in here, at one moment."""

    def __init__(self, moment: datetime | None) -> None:
        self.moment = moment
        self.asked: list[tuple[str, str, str]] = []

    async def last_at(
        self, user: UserContext, service: str, sender: str, receiver: str
    ) -> datetime | None:
        self.asked.append((service, sender, receiver))
        return self.moment


async def test_what_came_in_here_counts_without_asking_twilio(twilio: TwilioServer) -> None:
    inbound = Inbound(datetime.now(UTC) - timedelta(hours=1))
    async with open_calls(inbound=inbound) as calls:
        call = signed(calls, twilio)
        await run(INTEGRATION, "send_message", call, phone_number=ASHA, message="Hi")
    assert inbound.asked == [("whatsapp", ASHA, SENDER)]
    assert [question.method for question in twilio.questions()] == ["POST"]


async def test_a_template_needs_no_message_before_it(calls: Calls, twilio: TwilioServer) -> None:
    await run(
        INTEGRATION,
        "send_template",
        signed(calls, twilio),
        phone_number="whatsapp:+91 98765-43210",
        content_sid=TEMPLATE,
        variables={"1": "Asha", "2": 499},
    )
    [message] = twilio.sent()
    assert message["to"] == f"whatsapp:{ASHA}"
    assert json.loads(message["content_variables"]) == {"1": "Asha", "2": "499"}


@pytest.mark.parametrize("number", ["12345", "098765", "+0123456789", "+91 abc", ""])
async def test_a_number_that_is_none_is_refused_before_anything_is_sent(
    calls: Calls, twilio: TwilioServer, number: str
) -> None:
    with pytest.raises(ValidationError, match="country code"):
        await run(
            INTEGRATION, "send_message", signed(calls, twilio), phone_number=number, message="x"
        )
    assert twilio.asked == []


async def test_the_connection_says_whose_it_is(calls: Calls, twilio: TwilioServer) -> None:
    assert INTEGRATION.test
    said = await INTEGRATION.test(signed(calls, twilio))
    assert said == "Signed in to the Twilio account Shop."
    with pytest.raises(ProviderRefused) as refused:
        await INTEGRATION.test(signed(calls, twilio, "another-token"))
    assert str(refused.value) == (
        "WhatsApp (Twilio) refused this: Authenticate (code 20003). Check the account SID and the "
        "auth token of the connection."
    )
    twilio.account_status = "suspended"
    with pytest.raises(ProviderRefused, match="Shop is suspended"):
        await INTEGRATION.test(signed(calls, twilio))
    assert [question.method for question in twilio.questions()] == ["GET"] * 3


async def test_a_lost_answer_leaves_a_doubt_and_a_throttled_call_none(
    calls: Calls, twilio: TwilioServer
) -> None:
    template: dict[str, Any] = {"phone_number": ASHA, "content_sid": TEMPLATE}
    call = signed(calls, twilio)
    twilio.lost_answers = 1
    with pytest.raises(OutcomeUnknown):
        await run(INTEGRATION, "send_template", call, **template)
    assert len(twilio.sent()) == 1
    throttled = {"code": 20429, "message": "Too Many Requests", "status": 429}
    twilio.troubles = [Reply(429, throttled, {"Retry-After": "7"})]
    with pytest.raises(ProviderBusy) as busy:
        await run(INTEGRATION, "send_template", call, **template)
    assert busy.value.again_in_s == 7
    twilio.troubles = [Reply(500, {"code": 20500, "message": "Internal Server Error"})]
    with pytest.raises(OutcomeUnknown, match="code 20500"):
        await run(INTEGRATION, "send_template", call, **template)


async def test_who_is_asked_only_puts_off(calls: Calls, twilio: TwilioServer) -> None:
    twilio.troubles = [Reply(500, {})]
    with pytest.raises(ProviderBusy):
        await run(
            INTEGRATION, "send_message", signed(calls, twilio), phone_number=ASHA, message="x"
        )


async def test_an_address_inside_is_not_called(twilio: TwilioServer) -> None:
    async with open_calls(allow="") as calls:
        with pytest.raises(CallRefused, match="GOLDENPATH_EGRESS_ALLOW"):
            await run(
                INTEGRATION, "send_message", signed(calls, twilio), phone_number=ASHA, message="x"
            )
    assert twilio.connections == 0


class LocalClient(Client):
    """Twilio's own client, whose addresses lead to a local server."""

    def __init__(self, url: str) -> None:
        super().__init__(SID, TOKEN, http_client=TwilioHttpClient(pool_connections=False))
        self.url = url

    def get_hostname(self, uri: str) -> str:
        return uri.replace("https://api.twilio.com", self.url)


async def test_twilios_own_client_understands_the_stand_in(twilio: TwilioServer) -> None:
    twilio.wrote(ASHA, timedelta(hours=2))
    client = LocalClient(twilio.url)

    def send() -> Any:
        receiver, sender = f"whatsapp:{ASHA}", f"whatsapp:{SENDER}"
        return client.messages.create(to=receiver, from_=sender, body="Hello")

    sent = await asyncio.to_thread(send)
    assert sent.sid == twilio.sent()[0]["sid"]
    assert sent.status == "queued"
    listed = await asyncio.to_thread(client.messages.list, from_=f"whatsapp:{ASHA}", limit=5)
    assert [(each.direction, each.body) for each in listed] == [("inbound", "Hi")]
