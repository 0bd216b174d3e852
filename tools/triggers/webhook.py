"""The trigger of any other sender that signs what it sends: Stripe, GitHub, your own."""

from typing import Final

from domain.webhooks.events import RequestData
from tools.integration import Trigger
from tools.triggers.samples import NoParams, of_json

TRIGGERS: Final = (
    Trigger(
        "received",
        "Webhook received",
        "A signed request comes in at an address of your own.",
        NoParams,
        RequestData,
        of_json("webhook", {"type": "lead.created", "id": "evt_1", "lead": {"name": "Asha"}}),
        phrases=("a webhook is received", "webhook comes in", "a request comes in"),
    ),
)
