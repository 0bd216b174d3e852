"""E-mail, handed in at the user's own mail server."""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from domain.connections import ConnectionField, ConnectionKind
from domain.errors import InvalidInput
from domain.workflows.files import StoredFile
from tools.integration import Action, Call, Integration
from tools.mail_client import Envelope, MailServer, deliver, mail_session
from tools.task_shapes import FILE, MULTILINE, TaskParams, TaskResult

_MOST_RECEIVERS: Final = 50
_MOST_ATTACHMENTS: Final = 20
_MOST_ATTACHED: Final = 20 * 1024 * 1024

#: An address in ASCII, without what would need quotes.
_BARE: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_PERSON: Final = re.compile(rf"(?:\"?([^\r\n<>\"]{{0,100}}?)\"? *<({_BARE})>|({_BARE}))")


def _person(text: str) -> str:
    if _PERSON.fullmatch(text.strip()) is None:
        raise ValueError(
            "write an e-mail address as in asha@example.com or Asha Rao <asha@example.com>"
        )
    return text.strip()


def _one_line(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise ValueError("it has one line: take the line breaks out")
    return text


def _as_list(value: Any) -> Any:
    """Several people may come as one text."""
    if isinstance(value, str):
        return [part for part in re.split(r"[,;]", value) if part.strip()]
    return value


Person = Annotated[str, AfterValidator(_person), Field(max_length=320)]
People = Annotated[list[Person], BeforeValidator(_as_list), Field(max_length=_MOST_RECEIVERS)]


class NewMail(TaskParams):
    """A message."""

    to: People = Field(
        title="To",
        description="One address or several.",
        examples=[["{{trigger_data.customer.email}}"], "asha@example.com"],
        min_length=1,
        json_schema_extra={"format": "email"},
    )
    subject: Annotated[str, AfterValidator(_one_line)] = Field(
        title="Subject", examples=["Thank you for your payment"], min_length=1, max_length=500
    )
    body: str = Field(
        title="Text",
        examples=["Dear {{trigger_data.customer.name}}, we have received your payment."],
        max_length=500_000,
        json_schema_extra=MULTILINE,
    )
    html: str | None = Field(
        default=None,
        title="HTML",
        description="The same as a page, for those who can show one.",
        max_length=1_000_000,
        json_schema_extra=MULTILINE,
    )
    cc: People = Field(default_factory=list, title="Copy to")
    bcc: People = Field(default_factory=list, title="Hidden copy to")
    reply_to: Person | None = Field(default=None, title="Answers go to")
    attachments: list[UUID] = Field(
        default_factory=list,
        title="Attachments",
        description="Ids of files, 20 MB together.",
        examples=[["{{write.file_id}}"]],
        max_length=_MOST_ATTACHMENTS,
        json_schema_extra=FILE,
    )


class SentMail(TaskResult):
    """A message that the mail server has taken on."""

    message_id: str = Field(examples=["<9f86d081884c7d65@example.com>"])
    accepted: list[str] = Field(description="Addresses that it goes to.")
    refused: dict[str, str] = Field(description="Addresses that it does not go to, and why.")


async def _send(call: Call, params: NewMail) -> SentMail:
    people = [_address(each) for each in (*params.to, *params.cc, *params.bcc)]
    receivers = list(dict.fromkeys(person.addr_spec for person in people))
    files = [await call.workflows.files.read(call.user, each) for each in params.attachments]
    message = _message(call, params, files)
    sender = _address(call.secrets.settings["sender"])
    envelope = Envelope(sender.addr_spec, receivers, message.as_bytes(policy=SMTP))
    rules = call.ports.egress.of(call.user.tenant_id)
    async with mail_session(_server(call), rules, call.ports.http.trusted) as session:
        refused = await deliver(session, envelope)
    return SentMail(
        message_id=message["Message-ID"],
        accepted=[each for each in receivers if each not in refused],
        refused=dict(refused),
    )


def _message(call: Call, params: NewMail, files: list[StoredFile]) -> EmailMessage:
    if sum(len(file.content) for file in files) > _MOST_ATTACHED:
        raise InvalidInput("attachments: they have more than 20 MB together. Attach less.")
    sender = _address(call.secrets.settings["sender"])
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = [_address(each) for each in params.to]
    if params.cc:
        message["Cc"] = [_address(each) for each in params.cc]
    if params.reply_to is not None:
        message["Reply-To"] = _address(params.reply_to)
    message["Subject"] = params.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    # The same for a repetition: mail programs show such messages once.
    message["Message-ID"] = f"<{call.key[:40]}@{sender.domain}>"
    message.set_content(params.body)
    if params.html is not None:
        message.add_alternative(params.html, subtype="html")
    for file in files:
        kind, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return message


def _address(text: str) -> Address:
    found = _PERSON.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("sender: the connection's sender is no e-mail address. Correct it.")
    name, named, bare = found.groups()
    return Address((name or "").strip(), addr_spec=named or bare)


def _server(call: Call) -> MailServer:
    secrets = call.secrets
    settings = secrets.settings
    security = settings.get("security") or "starttls"
    return MailServer(
        host=settings["host"],
        port=int(settings.get("port") or (465 if security == "tls" else 587)),
        security=cast("Literal['tls', 'starttls']", security),
        greeting=_address(settings["sender"]).domain,
        username=settings["username"],
        password=secrets["password"],
    )


async def _test(call: Call) -> str:
    server = _server(call)
    rules = call.ports.egress.of(call.user.tenant_id)
    async with mail_session(server, rules, call.ports.http.trusted):
        return f"Signed in to {server.host} as {server.username}."


SMTP_KIND: Final = ConnectionKind(
    "smtp",
    "Mail server (SMTP)",
    "Where your mail program hands in what it sends. Many providers want a password of its own for "
    "programs.",
    (
        ConnectionField(
            "host", "Host", help="Such as smtp.example.com.", pattern=r"[A-Za-z0-9.:-]+"
        ),
        ConnectionField(
            "security",
            "Encryption",
            is_required=False,
            help="starttls (usual) or tls; mail is never handed in without.",
            pattern=r"starttls|tls",
        ),
        ConnectionField(
            "port",
            "Port",
            is_required=False,
            help="Left empty, 587 for starttls and 465 for tls.",
            pattern=r"[1-9][0-9]{0,4}",
        ),
        ConnectionField("username", "User name", pattern=r"[^\r\n]+"),
        ConnectionField("password", "Password", is_secret=True, pattern=r"[^\r\n]+"),
        ConnectionField(
            "sender",
            "Sender",
            help="Your address, as in Shop <orders@example.com>.",
            pattern=_PERSON.pattern,
        ),
    ),
)

INTEGRATION: Final = Integration(
    service="email",
    title="E-mail",
    description="Messages by e-mail, through your own mail server.",
    actions=(
        Action(
            name="send",
            title="Send an e-mail",
            description="Send a message, with files if there are any.",
            params=NewMail,
            result=SentMail,
            # Mail servers take a message with a known Message-ID like any other.
            effect="unsafe",
            run=_send,
            connection_kind=SMTP_KIND.name,
            messages_people=True,
            phrases=(
                *("send an email", "send an e-mail", "send email", "email the customer"),
                *("e-mail the customer", "email me", "mail the report", "send a mail"),
                *("email them", "email it to", "send by email"),
            ),
            reference=lambda result: result.message_id,
        ),
    ),
    kinds=(SMTP_KIND,),
    test=_test,
    aliases=("mail", "e-mail", "smtp", "gmail", "outlook"),
)
