"""Razorpay's triggers: payments, as its webhooks tell of them."""

from collections.abc import Mapping
from typing import Any, Final

from domain.webhooks.events import PaymentData
from tools.integration import Trigger
from tools.triggers.samples import NoParams, of_json

#: A payment as Razorpay documents it.
_PAYMENT: Final[Mapping[str, Any]] = {
    "id": "pay_DESlfW9H8K9uqM",
    "entity": "payment",
    "amount": 150000,
    "currency": "INR",
    "status": "captured",
    "order_id": "order_DESlLckIVRkHWj",
    "invoice_id": None,
    "international": False,
    "method": "upi",
    "amount_refunded": 0,
    "refund_status": None,
    "captured": True,
    "description": None,
    "card_id": None,
    "bank": None,
    "wallet": None,
    "vpa": "gaurav.kumar@exampleupi",
    "email": "gaurav.kumar@example.com",
    "contact": "+919876543210",
    "notes": {"name": "Gaurav Kumar"},
    "fee": 2,
    "tax": 0,
    "error_code": None,
    "error_description": None,
    "created_at": 1567674599,
}


def body_of(event: str, **payment: Any) -> dict[str, Any]:
    """What Razorpay sends for an event of a payment."""
    return {
        "entity": "event",
        "account_id": "acc_BFQ7uQEaa7j2z7",
        "event": event,
        "contains": ["payment"],
        "payload": {"payment": {"entity": {**_PAYMENT, **payment}}},
        "created_at": 1567674606,
    }


TRIGGERS: Final = (
    Trigger(
        "payment_received",
        "Payment received",
        "A customer has paid and the payment is captured.",
        NoParams,
        PaymentData,
        of_json("razorpay", body_of("payment.captured")),
        phrases=("a payment is received", "payment received", "payment comes in", "someone pays"),
    ),
    Trigger(
        "payment_failed",
        "Payment failed",
        "A customer tried to pay and it did not work.",
        NoParams,
        PaymentData,
        of_json(
            "razorpay",
            body_of(
                "payment.failed",
                status="failed",
                captured=False,
                error_code="BAD_REQUEST_ERROR",
                error_description="Payment was not completed in time.",
            ),
        ),
        phrases=("a payment fails", "payment failed", "payment is declined"),
    ),
    Trigger(
        "order_paid",
        "Order paid",
        "All of an order is paid.",
        NoParams,
        PaymentData,
        of_json("razorpay", body_of("order.paid")),
        phrases=("an order is paid", "order paid"),
    ),
)
