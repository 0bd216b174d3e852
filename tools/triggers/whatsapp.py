"""WhatsApp's trigger: messages that people write, as Twilio hands them on."""

from typing import Final

from domain.webhooks.events import MessageData
from tools.integration import Trigger
from tools.triggers.samples import NoParams, of_form

#: A message as Twilio documents it.
MESSAGE: Final = {
    "SmsMessageSid": "SM1234567890abcdef1234567890abcdef",
    "NumMedia": "0",
    "ProfileName": "Asha",
    "MessageType": "text",
    "SmsSid": "SM1234567890abcdef1234567890abcdef",
    "WaId": "919876543210",
    "SmsStatus": "received",
    "Body": "Is my order ready?",
    "To": "whatsapp:+14155238886",
    "NumSegments": "1",
    "ReferralNumMedia": "0",
    "MessageSid": "SM1234567890abcdef1234567890abcdef",
    "AccountSid": "AC1234567890abcdef1234567890abcdef",
    "From": "whatsapp:+919876543210",
    "ApiVersion": "2010-04-01",
}

TRIGGERS: Final = (
    Trigger(
        "message_received",
        "Message received",
        "Somebody writes to your WhatsApp number.",
        NoParams,
        MessageData,
        of_form("whatsapp", MESSAGE),
        phrases=(
            "a whatsapp message comes in",
            "whatsapp message is received",
            "writes on whatsapp",
        ),
    ),
)
