"""WhatsApp, sent through Twilio."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Final, cast
from urllib.parse import quote

from pydantic import AfterValidator, Field, HttpUrl

from domain.connections import ConnectionField, ConnectionKind
from domain.errors import ProviderRefused
from tools.integration import Action, Call, Integration
from tools.provider_api import Ask, Explained, ProviderApi, basic_header
from tools.task_shapes import MULTILINE, TaskParams, TaskResult, address_field, address_of
from tools.triggers.whatsapp import TRIGGERS

_NAME: Final = "WhatsApp (Twilio)"
_ADDRESS: Final = "https://api.twilio.com"
_VERSION: Final = "2010-04-01"
#: Within so long after somebody wrote, WhatsApp takes free text for them.
_WINDOW: Final = timedelta(hours=24)
#: A message takes a moment to arrive.
_SPARE: Final = timedelta(minutes=1)
_MOST_VARIABLES: Final = 100

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")

#: Twilio's codes that people meet, and what to do about them.
_NEXT_STEPS: Final[Mapping[int, str]] = {
    20003: "Check the account SID and the auth token of the connection.",
    21211: "Check the phone number: it starts with + and the country code.",
    21608: "A trial account sends to verified numbers only. Verify the number at Twilio.",
    21610: "This person has asked for no more messages. Leave the number out.",
    63007: "Check the sender of the connection: Twilio has no WhatsApp sender of that number.",
    63016: "Use send_template, which may be sent at any time.",
}


def _number(value: str) -> str:
    """A phone number as WhatsApp knows it, whatever people put between its digits."""
    bare = re.sub(r"[\s().-]", "", value.removeprefix("whatsapp:"))
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    if not _NUMBER.fullmatch(bare):
        raise ValueError("write the number with + and its country code, as in +919876543210")
    return bare


PhoneNumber = Annotated[
    str,
    AfterValidator(_number),
    Field(
        title="Phone number",
        description="With the country code, as in +919876543210.",
        examples=["+919876543210", "{{trigger_data.customer.phone}}"],
        max_length=40,
        json_schema_extra={"format": "phone"},
    ),
]


class Message(TaskParams):
    """A message in words of one's own."""

    phone_number: PhoneNumber
    message: str = Field(
        title="Message",
        description="The text, 1,600 characters at most.",
        examples=["Thank you! We have received your payment of {{trigger_data.amount_text}}."],
        min_length=1,
        max_length=1600,
        json_schema_extra=MULTILINE,
    )
    media_url: HttpUrl | None = Field(
        default=None,
        title="Picture or file",
        description="A public address of a picture, a PDF, sound or video to send along.",
        examples=["https://example.com/receipt.pdf"],
    )


class TemplateMessage(TaskParams):
    """A message from a template that WhatsApp has approved."""

    phone_number: PhoneNumber
    content_sid: str = Field(
        title="Template",
        description="The template's Content SID at Twilio.",
        examples=["HX0123456789abcdef0123456789abcdef"],
        pattern=r"^HX[0-9a-fA-F]{32}$",
    )
    variables: dict[str, str] = Field(
        default_factory=dict,
        title="Variables",
        description="What stands for {{1}}, {{2}} … or the names in the template.",
        examples=[{"1": "Asha", "2": "₹499"}],
        max_length=_MOST_VARIABLES,
    )


class SentMessage(TaskResult):
    """A message that Twilio has taken on; whether it arrives comes later."""

    sid: str = Field(description="Twilio's name for the message.", examples=["SM0123"])
    status: str = Field(description="Such as queued or sent.", examples=["queued"])
    phone_number: str = Field(description="Who it goes to.", examples=["+919876543210"])


def _explain(body: Any) -> Explained:
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    message, code = str(fields.get("message") or ""), fields.get("code")
    reason = f"{message} (code {code})" if code else message
    return Explained(reason, _NEXT_STEPS.get(code) if isinstance(code, int) else None)


def _api(call: Call) -> ProviderApi:
    secrets = call.secrets
    return ProviderApi(
        name=_NAME,
        client=call.http,
        base_url=address_of(secrets.settings, _ADDRESS),
        headers=basic_header(_account(call), secrets["auth_token"]),
        explain=_explain,
    )


def _account(call: Call) -> str:
    return call.secrets.settings["account_sid"]


def _messages(call: Call) -> str:
    return f"/{_VERSION}/Accounts/{quote(_account(call), safe='')}/Messages.json"


async def _send_message(call: Call, params: Message) -> SentMessage:
    sender = _number(call.secrets.settings["sender"])
    if not await _has_written(call, params.phone_number, sender):
        raise ProviderRefused(
            _NAME,
            f"{params.phone_number} has not written to {sender} within the last 24 hours, and "
            "WhatsApp delivers free text only then",
            "Use the task send_template with an approved template instead.",
        )
    form = {"Body": params.message}
    if params.media_url is not None:
        form["MediaUrl"] = str(params.media_url)
    return await _send(call, params.phone_number, form)


async def _send_template(call: Call, params: TemplateMessage) -> SentMessage:
    form = {"ContentSid": params.content_sid}
    if params.variables:
        form["ContentVariables"] = json.dumps(params.variables, ensure_ascii=False)
    return await _send(call, params.phone_number, form)


async def _send(call: Call, receiver: str, form: Mapping[str, str]) -> SentMessage:
    sender = _number(call.secrets.settings["sender"])
    fields = {"To": f"whatsapp:{receiver}", "From": f"whatsapp:{sender}", **form}
    sent = await _api(call).ask(Ask("POST", _messages(call), changes=True, form=fields))
    return SentMessage(sid=sent["sid"], status=sent["status"], phone_number=receiver)


async def _has_written(call: Call, person: str, sender: str) -> bool:
    """Whether somebody wrote to us in time: as our webhook knows, or else as Twilio does."""
    since = datetime.now(UTC) - _WINDOW + _SPARE
    inbound = call.ports.workflows.inbound if call.ports.workflows else None
    if inbound is not None:
        known = await inbound.last_at(call.user, "whatsapp", person, sender)
        if known is not None and known >= since:
            return True
    query = {
        "From": f"whatsapp:{person}",
        "To": f"whatsapp:{sender}",
        "DateSent>": since.date().isoformat(),
        "PageSize": "20",
    }
    found = await _api(call).ask(Ask("GET", _messages(call), query=query))
    moments = [_moment(message) for message in found["messages"]]
    return any(moment is not None and moment >= since for moment in moments)


def _moment(message: Mapping[str, Any]) -> datetime | None:
    if message.get("direction") != "inbound" or not message.get("date_created"):
        return None
    return parsedate_to_datetime(message["date_created"])


async def _test(call: Call) -> str:
    path = f"/{_VERSION}/Accounts/{quote(_account(call), safe='')}.json"
    account = await _api(call).ask(Ask("GET", path))
    if account["status"] != "active":
        raise ProviderRefused(
            _NAME,
            f"the account {account['friendly_name']} is {account['status']}",
            "Activate it at Twilio.",
        )
    return f"Signed in to the Twilio account {account['friendly_name']}."


TWILIO: Final = ConnectionKind(
    "twilio",
    "Twilio",
    "The account that sends WhatsApp messages. SID and token stand on the first page of Twilio's "
    "console.",
    (
        ConnectionField(
            "account_sid",
            "Account SID",
            help="Starts with AC.",
            pattern=r"AC[0-9a-fA-F]{32}",
        ),
        ConnectionField("auth_token", "Auth token", is_secret=True, pattern=r"[!-~]+"),
        ConnectionField(
            "sender",
            "Sender",
            help="Your WhatsApp number with + and the country code, as in +14155238886.",
            pattern=r"(whatsapp:)?\+[1-9][0-9]{6,14}",
        ),
        address_field(_ADDRESS),
    ),
)

INTEGRATION: Final = Integration(
    service="whatsapp",
    title="WhatsApp",
    description="Messages to customers on WhatsApp, through Twilio.",
    triggers=TRIGGERS,
    actions=(
        Action(
            name="send_message",
            title="Send a message",
            description="Send a text, to somebody who wrote within the last 24 hours.",
            params=Message,
            result=SentMessage,
            # Twilio's messages take no key and carry no reference of ours.
            effect="unsafe",
            run=_send_message,
            connection_kind=TWILIO.name,
            messages_people=True,
            phrases=(
                *("send a whatsapp message", "send whatsapp message", "send a whatsapp"),
                *("message on whatsapp", "text on whatsapp", "whatsapp the customer"),
                *("send a whatsapp notification", "send a message via whatsapp", "whatsapp them"),
            ),
            reference=lambda result: result.sid,
        ),
        Action(
            name="send_template",
            title="Send a template",
            description="Send a message that WhatsApp has approved, to anybody at any time.",
            params=TemplateMessage,
            result=SentMessage,
            effect="unsafe",
            run=_send_template,
            connection_kind=TWILIO.name,
            messages_people=True,
            phrases=("send a whatsapp template", "send whatsapp template", "whatsapp template"),
            reference=lambda result: result.sid,
        ),
    ),
    kinds=(TWILIO,),
    test=_test,
    aliases=("whats app", "wa", "twilio"),
)
