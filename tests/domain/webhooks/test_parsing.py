"""From bodies to the data of triggers."""

import json
from typing import Any

import pytest

from domain.webhooks.events import UnreadableEvent, wants
from domain.webhooks.parsing import parsed
from tests.domain.webhooks.samples import FORM_TYPE, SLACK_COMMAND, SLACK_EVENT, request
from tests.domain.webhooks.samples import twilio_form as signed_form
from tools.integration import Trigger
from tools.triggers import goldenpath, razorpay, slack, timer, webhook, whatsapp
from tools.triggers.razorpay import body_of
from tools.triggers.slack import EVENT
from tools.triggers.whatsapp import MESSAGE


def payment(event: str = "payment.captured", **fields: Any) -> Any:
    return parsed("razorpay", request(json.dumps(body_of(event, **fields)).encode()))


def test_a_payment_has_the_shape_that_workflows_are_written_for() -> None:
    event = payment()
    raw = event.data["raw"]
    assert event.task == "payment_received"
    assert {**event.data, "raw": raw["event"]} == {
        "amount": 1500,
        "amount_minor": 150000,
        "amount_text": "1500.00",
        "currency": "INR",
        "customer": {
            "name": "Gaurav Kumar",
            "phone": "+919876543210",
            "email": "gaurav.kumar@example.com",
        },
        "payment": {
            "id": "pay_DESlfW9H8K9uqM",
            "status": "captured",
            "method": "upi",
            "amount": 1500,
        },
        "order_id": "order_DESlLckIVRkHWj",
        "reason": None,
        "raw": "payment.captured",
    }


@pytest.mark.parametrize(
    ("minor", "currency", "number", "text"),
    [
        (150050, "INR", 1500.5, "1500.50"),
        (500, "JPY", 500, "500"),
        (1234, "KWD", 1.234, "1.234"),
        (0, "USD", 0, "0.00"),
    ],
)
def test_amounts_follow_the_decimals_of_their_currency(
    minor: int, currency: str, number: float, text: str
) -> None:
    data = payment(amount=minor, currency=currency).data
    assert (data["amount"], data["amount_text"], data["amount_minor"]) == (number, text, minor)


def test_each_event_of_razorpay_has_its_trigger_or_none() -> None:
    assert payment("payment.failed").task == "payment_failed"
    assert payment("order.paid").task == "order_paid"
    assert payment("payment.authorized").task is None
    assert payment(notes=[]).data["customer"]["name"] is None


def test_a_whatsapp_message_is_read_with_its_files() -> None:
    files = {"NumMedia": "1", "MediaUrl0": "https://x.y/z", "MediaContentType0": "image/png"}
    event = parsed("whatsapp", signed_form({**MESSAGE, **files}))
    assert (event.task, event.sender) == ("message_received", "+919876543210")
    assert event.data["media"] == [{"url": "https://x.y/z", "content_type": "image/png"}]
    assert parsed("whatsapp", signed_form({**MESSAGE, "SmsStatus": "delivered"})).task is None
    assert parsed("whatsapp", signed_form({**MESSAGE, "From": "+15551234567"})).task is None


def test_slack_is_answered_and_its_bots_start_nothing() -> None:
    hello = {"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}
    assert parsed("slack", request(json.dumps(hello).encode())).answer == "3eZbrw1a"
    bots = {**EVENT, "event": {**EVENT["event"], "bot_id": "B1"}}
    assert parsed("slack", request(json.dumps(bots).encode())).task is None
    event = parsed("slack", request(SLACK_EVENT))
    assert (event.task, event.data["channel"]) == ("event", "C123ABC456")
    command = parsed("slack", request(SLACK_COMMAND, FORM_TYPE))
    assert (command.task, command.data["command"]) == ("command", "/order")


def test_any_body_can_come_to_a_webhook() -> None:
    as_json = parsed("webhook", request(b'{"type": "a", "n": [1]}'))
    assert (as_json.name, as_json.data["body"]) == ("a", {"type": "a", "n": [1]})
    assert parsed("webhook", request(b"a=1&b=", FORM_TYPE)).data["body"] == {"a": "1", "b": ""}
    text = parsed("webhook", request(b"hi\xff", "text/plain"))
    assert text.data["body"] == "hi�"
    assert text.data["query"] == {"team": "1"}


@pytest.mark.parametrize("service", ["razorpay", "slack", "whatsapp"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": "payment.captured"}', b"{"])
def test_what_is_not_the_services_own_is_said_so(service: str, body: bytes) -> None:
    with pytest.raises(UnreadableEvent, match=service):
        parsed(service, request(body))


def test_parameters_narrow_what_a_trigger_starts_for() -> None:
    data = {"channel": "C1", "event_type": "message"}
    assert wants({}, data)
    assert wants({"channel": None, "event_type": "message"}, data)
    assert not wants({"channel": "C2"}, data)


ALL_TRIGGERS = [
    *(
        trigger
        for module in (razorpay, slack, whatsapp, webhook, timer)
        for trigger in module.TRIGGERS
    ),
    *goldenpath.TRIGGERS,
]


@pytest.mark.parametrize("trigger", ALL_TRIGGERS, ids=lambda each: each.name)
def test_samples_are_of_their_triggers_shape(trigger: Trigger) -> None:
    assert trigger.sample
    assert trigger.data.model_validate(trigger.sample).model_dump() == trigger.sample
    assert trigger.phrases == tuple(phrase.lower() for phrase in trigger.phrases)
