"""Razorpay's REST API: payment links, orders, payments and refunds of one account."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.standins.provider_server import ProviderServer, Question, Refusal, Reply

KEY_ID = "rzp_test_0123456789abcd"
KEY_SECRET = "razorpay-secret-0123456789"
PAYMENT = "pay_29QQoUBi66xm2f"
#: What it made at some moment.
_AT = 1_700_000_000
_LINK = {
    *("amount", "currency", "description", "reference_id", "customer", "notify", "notes"),
    *("accept_partial", "expire_by", "reminder_enable", "callback_url", "callback_method"),
}


@dataclass(slots=True)
class RazorpayServer(ProviderServer):
    """An account with one captured payment of ₹499."""

    links: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    #: The bodies and answers of refunds by their keys.
    keys: dict[str, tuple[bytes, dict[str, Any]]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def reply(self, question: Question) -> Reply:
        if question.signed_in() != (KEY_ID, KEY_SECRET):
            raise refused("Authentication failed", status=401)
        match question.method, question.path.rstrip("/").split("/")[2:]:
            case "POST", ["payment_links"]:
                return self._make_link(question.json)
            case "GET", ["payment_links"]:
                wanted = question.query.get("reference_id")
                found = [each for each in self.links if wanted in (None, each["reference_id"])]
                return Reply(200, {"payment_links": found})
            case "POST", ["orders"]:
                return self._make_order(question.json)
            case "GET", ["orders"]:
                wanted = question.query.get("receipt")
                return _page([each for each in self.orders if wanted in (None, each["receipt"])])
            case "GET", ["payments"]:
                return _page([self._payment()])
            case "GET", ["payments", name]:
                return Reply(200, self._payment(name))
            case "POST", ["payments", name, "refund"]:
                return self._refund(name, question)
            case _:
                raise refused("The requested URL was not found on the server.", status=404)

    def _make_link(self, body: dict[str, Any]) -> Reply:
        for name in body:
            if name not in _LINK:
                raise refused(f"{name} is/are not required and should not be sent", name)
        _check_amount(body)
        reference = body.get("reference_id", "")
        if len(reference) > 40:
            raise refused("The reference id may not be greater than 40 characters.", "reference_id")
        if reference and any(each["reference_id"] == reference for each in self.links):
            raise refused(
                f"payment link with given reference_id: {reference} already exists. Please check "
                "if you meant to update it."
            )
        number = next(self.numbers)
        link = {
            "accept_partial": False,
            "amount": body["amount"],
            "amount_paid": 0,
            "created_at": _AT,
            "currency": body.get("currency", "INR"),
            "customer": body.get("customer", []),
            "description": body.get("description", ""),
            "id": f"plink_{number:014}",
            "notes": body.get("notes") or [],
            "notify": body.get("notify", {"email": False, "sms": False}),
            "payments": None,
            "reference_id": reference,
            "short_url": f"https://rzp.io/i/{number:08}",
            "status": "created",
        }
        self.links.append(link)
        return Reply(200, link)

    def _make_order(self, body: dict[str, Any]) -> Reply:
        for name in body:
            if name not in {"amount", "currency", "receipt", "notes", "partial_payment"}:
                raise refused(f"{name} is/are not required and should not be sent", name)
        _check_amount(body)
        if "currency" not in body:
            raise refused("The currency field is required.", "currency")
        if len(body.get("receipt") or "") > 40:
            raise refused("receipt: the length must be no more than 40.", "receipt")
        order = {
            "amount": body["amount"],
            "amount_due": body["amount"],
            "amount_paid": 0,
            "attempts": 0,
            "created_at": _AT,
            "currency": body["currency"],
            "entity": "order",
            "id": f"order_{next(self.numbers):014}",
            "notes": body.get("notes") or [],
            "offer_id": None,
            "receipt": body.get("receipt"),
            "status": "created",
        }
        # Razorpay asks for unique receipts and does not look whether they are.
        self.orders.append(order)
        return Reply(200, order)

    def _payment(self, name: str = PAYMENT) -> dict[str, Any]:
        if name != PAYMENT:
            raise refused("The id provided does not exist")
        refunded = sum(each["amount"] for each in self.refunds)
        return {
            "amount": 49900,
            "amount_refunded": refunded,
            "captured": True,
            "contact": "+919876543210",
            "created_at": _AT,
            "currency": "INR",
            "description": None,
            "email": "asha@example.com",
            "entity": "payment",
            "error_code": None,
            "error_description": None,
            "id": PAYMENT,
            "method": "upi",
            "notes": [],
            "order_id": "order_00000000000000",
            "status": "refunded" if refunded == 49900 else "captured",
        }

    def _refund(self, name: str, question: Question) -> Reply:
        payment = self._payment(name)
        key = question.headers.get("x-refund-idempotency", "")
        if key and key in self.keys:
            body, known = self.keys[key]
            if body != question.body:
                raise refused(
                    "Different request with the same idempotency key has already been processed."
                )
            return Reply(200, known)
        body = question.json
        left = payment["amount"] - payment["amount_refunded"]
        amount = body.get("amount", left)
        if not left:
            raise refused("The payment has been fully refunded already")
        if amount > left:
            raise refused("The total refund amount is greater than the refund payment amount")
        refund = {
            "amount": amount,
            "created_at": _AT,
            "currency": "INR",
            "entity": "refund",
            "id": f"rfnd_{next(self.numbers):014}",
            "notes": body.get("notes") or [],
            "payment_id": name,
            "receipt": None,
            "speed_requested": body.get("speed", "normal"),
            "status": "processed",
        }
        self.refunds.append(refund)
        if key:
            self.keys[key] = (question.body, refund)
        return Reply(200, refund)


def refused(said: str, where: str | None = None, status: int = 400) -> Refusal:
    error = {
        "code": "BAD_REQUEST_ERROR",
        "description": said,
        "source": "business",
        "step": "payment_initiation",
        "reason": "input_validation_failed",
        "metadata": {},
        **({"field": where} if where else {}),
    }
    return Refusal(Reply(status, {"error": error}))


def _check_amount(body: dict[str, Any]) -> None:
    if not isinstance(body.get("amount"), int):
        raise refused("The amount must be an integer.", "amount")
    if body["amount"] < 100:
        raise refused("The amount must be atleast INR 1.00", "amount")


def _page(items: list[dict[str, Any]]) -> Reply:
    return Reply(200, {"entity": "collection", "count": len(items), "items": items})
