"""From bodies to events, one function a service. The signature was checked before."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

import jiter
from pydantic import BaseModel

from domain.webhooks.amounts import major_amount, number_of
from domain.webhooks.events import (
    Customer,
    Event,
    MessageData,
    Payment,
    PaymentData,
    RequestData,
    SlackCommandData,
    SlackEventData,
    UnreadableEvent,
)
from domain.webhooks.incoming import Incoming
from domain.webhooks.schemes import form_fields, media_type

M = TypeVar("M", bound=BaseModel)

_PAYMENTS: Final = {
    "payment.captured": "payment_received",
    "payment.failed": "payment_failed",
    "order.paid": "order_paid",
}
#: What says nothing of who asked, and may be of use.
_KEPT_HEADERS: Final = ("content-type", "user-agent", "webhook-id", "x-github-event", "x-event")
_FORM: Final = "application/x-www-form-urlencoded"


def parsed(service: str, incoming: Incoming) -> Event:
    """The event that a service's request tells of; raises `UnreadableEvent`."""
    try:
        return _PARSERS[service](incoming)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableEvent(service) from error


def _razorpay(incoming: Incoming) -> Event:
    body = _object(incoming, "razorpay")
    name = str(body["event"])
    task = _PAYMENTS.get(name)
    if task is None:
        return Event(name)
    entity: dict[str, Any] = body["payload"]["payment"]["entity"]
    minor, currency = int(entity["amount"]), str(entity["currency"])
    amount = major_amount(minor, currency)
    data = PaymentData(
        amount=number_of(amount),
        amount_minor=minor,
        amount_text=str(amount),
        currency=currency,
        customer=Customer(
            name=_name(entity), phone=entity.get("contact"), email=entity.get("email")
        ),
        payment=Payment(
            id=entity["id"],
            status=entity["status"],
            method=entity.get("method"),
            amount=number_of(amount),
        ),
        order_id=entity.get("order_id"),
        reason=entity.get("error_description"),
        raw=body,
    )
    return Event(name, task, data.model_dump())


def _name(entity: Mapping[str, Any]) -> str | None:
    # Razorpay knows no name but the card's; shops put theirs into the notes, which are a list when
    # there are none.
    for place in (entity.get("notes"), entity.get("card")):
        name = cast(dict[str, Any], place).get("name") if isinstance(place, dict) else None
        if isinstance(name, str) and name:
            return name
    return None


def _whatsapp(incoming: Incoming) -> Event:
    fields = _form(incoming, "whatsapp")
    if "From" not in fields or fields.get("SmsStatus") != "received":
        return Event(f"message {fields.get('MessageStatus') or fields.get('SmsStatus') or ''}")
    if not fields["From"].startswith("whatsapp:"):
        return Event("sms received")
    media = [
        {"url": fields[f"MediaUrl{place}"], "content_type": fields[f"MediaContentType{place}"]}
        for place in range(int(fields.get("NumMedia") or 0))
    ]
    sender = fields["From"].removeprefix("whatsapp:")
    data = _model(
        MessageData,
        from_number=sender,
        to_number=fields["To"].removeprefix("whatsapp:"),
        message=fields["Body"],
        profile_name=fields.get("ProfileName"),
        message_id=fields["MessageSid"],
        media=media,
        raw=fields,
    )
    values = data.model_dump()
    return Event("message received", "message_received", values, sender, data.to_number)


def _slack(incoming: Incoming) -> Event:
    if media_type(incoming) == _FORM:
        return _slack_command(_form(incoming, "slack"))
    body = _object(incoming, "slack")
    if body["type"] == "url_verification":
        return Event("url_verification", answer=str(body["challenge"]))
    if body["type"] != "event_callback":
        return Event(str(body["type"]))
    event: dict[str, Any] = body["event"]
    name = str(event["type"])
    if event.get("bot_id"):
        # Else a workflow that answers would answer itself for ever.
        return Event(f"{name} of a bot")
    known = {field: event.get(field) for field in ("channel", "user", "text", "ts", "thread_ts")}
    # Of some events these are objects; the whole is under `raw`.
    texts = {field: value for field, value in known.items() if isinstance(value, str)}
    data = _model(SlackEventData, event_type=name, team=body.get("team_id"), raw=body, **texts)
    return Event(name, "event", data.model_dump())


def _slack_command(fields: dict[str, str]) -> Event:
    if "command" not in fields:
        return Event("interaction")
    names = {"user": "user_id", "channel": "channel_id", "team": "team_id"}
    same = ("command", "text", "user_name", "channel_name", "response_url")
    found = {name: fields.get(names.get(name, name)) for name in (*same, *names)}
    data = _model(SlackCommandData, raw=fields, **found)
    return Event(f"command {fields['command']}", "command", data.model_dump())


def _webhook(incoming: Incoming) -> Event:
    kept = {name: incoming.headers[name] for name in _KEPT_HEADERS if name in incoming.headers}
    data = RequestData(
        body=_any(incoming),
        content_type=media_type(incoming),
        query=dict(parse_qsl(urlsplit(incoming.url).query, keep_blank_values=True)),
        headers=kept,
    )
    body = data.body
    said = cast(dict[str, Any], body).get("type") if isinstance(body, dict) else None
    return Event(said if isinstance(said, str) else "request", "received", data.model_dump())


_PARSERS: Final[Mapping[str, Callable[[Incoming], Event]]] = MappingProxyType(
    {"razorpay": _razorpay, "whatsapp": _whatsapp, "slack": _slack, "webhook": _webhook}
)


def _any(incoming: Incoming) -> Any:
    kind = media_type(incoming)
    if kind == _FORM:
        return _form(incoming, "webhook")
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return jiter.from_json(incoming.body, allow_inf_nan=False)
        except ValueError as error:
            raise UnreadableEvent("webhook") from error
    return incoming.body.decode(errors="replace")


def _object(incoming: Incoming, service: str) -> dict[str, Any]:
    try:
        body: Any = jiter.from_json(incoming.body, allow_inf_nan=False)
    except ValueError as error:
        raise UnreadableEvent(service) from error
    if not isinstance(body, dict):
        raise UnreadableEvent(service)
    return cast(dict[str, Any], body)


def _form(incoming: Incoming, service: str) -> dict[str, str]:
    if media_type(incoming) != _FORM:
        raise UnreadableEvent(service)
    return dict(form_fields(incoming.body))


def _model(model: type[M], **fields: Any) -> M:
    return model.model_validate(fields)
