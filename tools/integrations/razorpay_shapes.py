"""What Razorpay's tasks are given and give back."""

from typing import Annotated, Final

from pydantic import Field

from tools.task_shapes import TaskParams, TaskResult

#: So long a reference may be.
REFERENCE_CHARACTERS: Final = 40
#: Razorpay keeps 15; one is ours.
_NOTES: Final = 14

Minor = Annotated[
    int,
    Field(
        strict=True,
        gt=0,
        le=10**12,
        title="Amount in minor units",
        description="An integer in the currency's smallest unit: 49900 is ₹499.00.",
        examples=[49900, "{{trigger_data.amount_minor}}"],
    ),
]
Currency = Annotated[
    str,
    Field(
        title="Currency",
        description="Three capital letters.",
        examples=["INR"],
        pattern=r"^[A-Z]{3}$",
    ),
]
PaymentId = Annotated[
    str,
    Field(
        title="Payment",
        description="Razorpay's id of the payment.",
        examples=["pay_29QQoUBi66xm2f", "{{trigger_data.payment.id}}"],
        pattern=r"^pay_[A-Za-z0-9]{1,40}$",
    ),
]
Notes = Annotated[
    dict[str, Annotated[str, Field(max_length=256)]],
    Field(
        title="Notes",
        description="Up to 14 names with values to keep with it.",
        max_length=_NOTES,
        examples=[{"plan": "monthly"}],
    ),
]
Reference = Annotated[
    str | None,
    Field(
        title="Reference",
        description="Your own unique name for it; left empty, one is made.",
        max_length=REFERENCE_CHARACTERS,
        examples=["INV-2041"],
    ),
]


class Customer(TaskParams):
    """Who pays."""

    name: str | None = Field(default=None, title="Name", max_length=100, examples=["Asha Rao"])
    contact: str | None = Field(
        default=None, title="Phone", max_length=20, examples=["+919876543210"]
    )
    email: str | None = Field(
        default=None,
        title="E-mail",
        max_length=254,
        examples=["asha@example.com"],
        json_schema_extra={"format": "email"},
    )


class NewLink(TaskParams):
    """A link that somebody can pay by."""

    amount_minor: Minor
    currency: Currency = "INR"
    description: str = Field(
        default="", title="Description", description="What it is for.", max_length=2048
    )
    customer: Customer | None = Field(default=None, title="Customer")
    notify: bool = Field(
        default=False,
        title="Let Razorpay tell the customer",
        description="By e-mail and SMS, as far as the customer has them.",
    )
    reference_id: Reference = None
    notes: Notes = Field(default_factory=dict)


class PaymentLink(TaskResult):
    """A payment link."""

    id: str = Field(examples=["plink_ExjpAUN3gVHrPJ"])
    short_url: str = Field(description="What to send.", examples=["https://rzp.io/i/nxrHnLJ"])
    status: str = Field(examples=["created"])
    amount_minor: int
    currency: str
    reference_id: str


class NewOrder(TaskParams):
    """An order that a checkout is opened with."""

    amount_minor: Minor
    currency: Currency = "INR"
    receipt: Reference = None
    notes: Notes = Field(default_factory=dict)


class Order(TaskResult):
    """An order."""

    id: str = Field(examples=["order_EKwxwAgItmmXdp"])
    status: str = Field(examples=["created"])
    amount_minor: int
    amount_paid_minor: int
    currency: str
    receipt: str


class WhichPayment(TaskParams):
    """Which payment is meant."""

    payment_id: PaymentId


class Payment(TaskResult):
    """A payment as it stands."""

    id: str
    status: str = Field(description="created, authorized, captured, refunded or failed.")
    amount_minor: int
    amount_refunded_minor: int
    currency: str
    method: str | None = Field(examples=["upi"])
    order_id: str | None
    email: str | None
    contact: str | None
    description: str | None
    error: str | None = Field(description="Why it failed, if it did.")


class NewRefund(TaskParams):
    """Money back."""

    payment_id: PaymentId
    amount_minor: Minor | None = Field(
        default=None,
        title="Amount in minor units",
        description="A part of the payment; left empty, all of it.",
    )
    speed: str = Field(
        default="normal",
        title="Speed",
        description="normal takes 5 to 7 days, optimum is at once where that is possible.",
        pattern=r"^(normal|optimum)$",
        json_schema_extra={"enum": ["normal", "optimum"]},
    )
    notes: Notes = Field(default_factory=dict)


class Refund(TaskResult):
    """A refund."""

    id: str = Field(examples=["rfnd_FgRAHdNOM4ZVbO"])
    payment_id: str
    status: str = Field(description="pending, processed or failed.")
    amount_minor: int
    currency: str
