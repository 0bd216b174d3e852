"""What was sent, as the triggers of the services know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Event:
    """One event: for which trigger, if for any, and with which data."""

    #: The provider's own name for it.
    name: str
    #: The trigger's name; None when there is none for it.
    task: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: Who wrote to which of the user's numbers, where people write.
    sender: str | None = None
    receiver: str | None = None
    #: What the provider wants to hear at once.
    answer: str | None = None


class UnreadableEvent(InvalidInput):
    """A request that was signed, but is not what its service sends."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"The body is not what {service} sends. Check that the provider calls the endpoint "
            "that was made for it."
        )


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True)


Raw = Annotated[dict[str, Any], Field(description="The body as it was sent.")]


class Customer(_Data):
    """Who paid, as far as the provider says."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class Payment(_Data):
    """The payment behind an event."""

    id: str
    status: str
    method: str | None = None
    amount: int | float = Field(description="In the main unit of the currency.")


class PaymentData(_Data):
    """A payment that was made, or was tried."""

    amount: int | float = Field(description="In the main unit of the currency.")
    amount_minor: int = Field(description="In its smallest unit, for arithmetic.")
    amount_text: str = Field(description="With all decimals of the currency.")
    currency: str
    customer: Customer
    payment: Payment
    order_id: str | None = None
    reason: str | None = Field(None, description="Why it failed.")
    raw: Raw


class Media(_Data):
    """A file that came with a message."""

    url: str
    content_type: str


class MessageData(_Data):
    """A message that somebody wrote."""

    from_number: str = Field(description="With the country's code, as in +919876543210.")
    to_number: str
    message: str
    profile_name: str | None = None
    message_id: str
    media: list[Media] = []
    raw: Raw


class SlackEventData(_Data):
    """Something that happened in Slack."""

    event_type: str
    channel: str | None = None
    user: str | None = None
    text: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    team: str | None = None
    raw: Raw


class SlackCommandData(_Data):
    """A slash command that somebody gave."""

    command: str
    text: str
    user: str
    user_name: str | None = None
    channel: str | None = None
    channel_name: str | None = None
    team: str | None = None
    response_url: str | None = None
    raw: Raw


class RequestData(_Data):
    """Any request that was signed."""

    body: Any = Field(description="JSON or a form's fields as data, all else as text.")
    content_type: str
    query: dict[str, str]
    headers: dict[str, str]


def wants(params: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether a trigger with these parameters starts for this data.

    Each parameter names a field of the data; a value narrows, none does not.
    """
    return all(data.get(name) == value for name, value in params.items() if value not in (None, ""))
