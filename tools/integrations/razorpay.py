"""Razorpay: payment links, orders, payments and refunds."""

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import quote

from domain.connections import ConnectionField, ConnectionKind
from tools.integration import Action, Call, Integration
from tools.integrations.razorpay_shapes import (
    REFERENCE_CHARACTERS,
    NewLink,
    NewOrder,
    NewRefund,
    Order,
    Payment,
    PaymentLink,
    Refund,
    WhichPayment,
)
from tools.provider_api import Ask, Explained, ProviderApi, basic_header
from tools.task_shapes import address_field, address_of
from tools.triggers.razorpay import TRIGGERS

_NAME: Final = "Razorpay"
_ADDRESS: Final = "https://api.razorpay.com"
#: Among the notes of what we made: the call that made it.
_MARK: Final = "goldenpath_key"


def _explain(body: Any) -> Explained:
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    error = cast("dict[str, Any]", fields.get("error") or {})
    said, code = str(error.get("description") or ""), error.get("code")
    if error.get("field"):
        said = f"{said.rstrip('.')}, in the field {error['field']}"
    return Explained(f"{said} ({code})" if code else said)


def _api(call: Call) -> ProviderApi:
    secrets = call.secrets
    return ProviderApi(
        name=_NAME,
        client=call.http,
        base_url=address_of(secrets.settings, _ADDRESS),
        headers=basic_header(secrets.settings["key_id"], secrets["key_secret"]),
        explain=_explain,
    )


def _marked(call: Call, notes: Mapping[str, str]) -> dict[str, str]:
    return {**notes, _MARK: call.key}


def _own(call: Call, found: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one of these that this very call made. Empty notes are a list there."""
    for each in found:
        notes = each.get("notes")
        if isinstance(notes, dict) and cast("dict[str, Any]", notes).get(_MARK) == call.key:
            return each
    return None


async def _create_link(call: Call, params: NewLink) -> PaymentLink:
    body: dict[str, Any] = {
        "amount": params.amount_minor,
        "currency": params.currency,
        "description": params.description,
        "reference_id": params.reference_id or call.key[:REFERENCE_CHARACTERS],
        "notes": _marked(call, params.notes),
    }
    if params.customer is not None:
        body["customer"] = params.customer.model_dump(exclude_none=True)
        body["notify"] = {
            "email": params.notify and params.customer.email is not None,
            "sms": params.notify and params.customer.contact is not None,
        }
    made = await _api(call).ask(Ask("POST", "/v1/payment_links", changes=True, json=body))
    return _link(made)


async def _find_link(call: Call, params: NewLink) -> PaymentLink | None:
    query = {"reference_id": params.reference_id or call.key[:REFERENCE_CHARACTERS]}
    found = await _api(call).ask(Ask("GET", "/v1/payment_links", query=query))
    own = _own(call, found["payment_links"])
    return None if own is None else _link(own)


async def _create_order(call: Call, params: NewOrder) -> Order:
    body = {
        "amount": params.amount_minor,
        "currency": params.currency,
        "receipt": params.receipt or call.key[:REFERENCE_CHARACTERS],
        "notes": _marked(call, params.notes),
    }
    return _order(await _api(call).ask(Ask("POST", "/v1/orders", changes=True, json=body)))


async def _find_order(call: Call, params: NewOrder) -> Order | None:
    query = {"receipt": params.receipt or call.key[:REFERENCE_CHARACTERS], "count": "100"}
    found = await _api(call).ask(Ask("GET", "/v1/orders", query=query))
    own = _own(call, found["items"])
    return None if own is None else _order(own)


async def _fetch_payment(call: Call, params: WhichPayment) -> Payment:
    path = f"/v1/payments/{quote(params.payment_id, safe='')}"
    found = await _api(call).ask(Ask("GET", path))
    return Payment(
        amount_minor=found["amount"],
        amount_refunded_minor=found.get("amount_refunded") or 0,
        error=found.get("error_description"),
        **{name: found[name] for name in ("id", "status", "currency")},
        **{
            name: found.get(name)
            for name in ("method", "order_id", "email", "contact", "description")
        },
    )


async def _refund(call: Call, params: NewRefund) -> Refund:
    body: dict[str, Any] = {"speed": params.speed, "notes": _marked(call, params.notes)}
    if params.amount_minor is not None:
        body["amount"] = params.amount_minor
    path = f"/v1/payments/{quote(params.payment_id, safe='')}/refund"
    key = {"X-Refund-Idempotency": call.key}
    # 409 says that an earlier request with this key is still under way.
    ask = Ask("POST", path, changes=True, json=body, headers=key, unsure=frozenset({409}))
    made = await _api(call).ask(ask)
    return Refund(
        amount_minor=made["amount"],
        **{name: made[name] for name in ("id", "payment_id", "status", "currency")},
    )


def _link(found: Mapping[str, Any]) -> PaymentLink:
    names = ("id", "short_url", "status", "currency", "reference_id")
    return PaymentLink(amount_minor=found["amount"], **{name: found[name] for name in names})


def _order(found: Mapping[str, Any]) -> Order:
    return Order(
        amount_minor=found["amount"],
        amount_paid_minor=found["amount_paid"],
        **{name: found[name] for name in ("id", "status", "currency", "receipt")},
    )


async def _test(call: Call) -> str:
    await _api(call).ask(Ask("GET", "/v1/payments", query={"count": "1"}))
    key_id = call.secrets.settings["key_id"]
    mode = "test" if key_id.startswith("rzp_test_") else "live"
    return f"Signed in to Razorpay as {key_id}, in {mode} mode."


RAZORPAY: Final = ConnectionKind(
    "razorpay",
    "Razorpay",
    "An API key of your Razorpay account. Make one in its dashboard under Account & Settings.",
    (
        ConnectionField(
            "key_id",
            "Key id",
            help="Starts with rzp_test_ or rzp_live_.",
            pattern=r"rzp_(test|live)_[A-Za-z0-9]+",
        ),
        ConnectionField("key_secret", "Key secret", is_secret=True, pattern=r"[!-~]+"),
        address_field(_ADDRESS),
    ),
)

INTEGRATION: Final = Integration(
    service="razorpay",
    title="Razorpay",
    description="Payments in India: links, orders, payments and refunds.",
    triggers=TRIGGERS,
    actions=(
        Action(
            name="create_payment_link",
            title="Create a payment link",
            description="A link that a customer can pay by.",
            params=NewLink,
            result=PaymentLink,
            effect="lookup",
            run=_create_link,
            find=_find_link,
            connection_kind=RAZORPAY.name,
            phrases=(
                *("create a payment link", "make a payment link", "generate a payment link"),
                *("send a payment link", "ask for payment", "request a payment"),
            ),
            reference=lambda result: result.id,
        ),
        Action(
            name="create_order",
            title="Create an order",
            description="An order that a checkout is opened with.",
            params=NewOrder,
            result=Order,
            effect="lookup",
            run=_create_order,
            find=_find_order,
            connection_kind=RAZORPAY.name,
            phrases=("create a razorpay order", "create an order", "make an order"),
            reference=lambda result: result.id,
        ),
        Action(
            name="fetch_payment",
            title="Look up a payment",
            description="A payment as it stands at Razorpay.",
            params=WhichPayment,
            result=Payment,
            effect="read",
            run=_fetch_payment,
            connection_kind=RAZORPAY.name,
            phrases=("look up the payment", "fetch the payment", "check the payment"),
        ),
        Action(
            name="refund",
            title="Refund a payment",
            description="Give a payment back, whole or in part.",
            params=NewRefund,
            result=Refund,
            effect="keyed",
            run=_refund,
            connection_kind=RAZORPAY.name,
            phrases=("refund the payment", "refund the customer", "give the money back", "refund"),
            reference=lambda result: result.id,
        ),
    ),
    kinds=(RAZORPAY,),
    test=_test,
    aliases=("razor pay", "rzp"),
)
