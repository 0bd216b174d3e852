"""The only way out for mail: SMTP to checked addresses, encrypted and signed in."""

import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal

import aiosmtplib

from domain.egress import EgressRules
from domain.errors import OutcomeUnknown, ProviderBusy, ProviderFailed, ProviderRefused
from tools.http_connections import connected_socket

_NAME: Final = "The mail server"
_CONNECT_S: Final = 10.0
_ANSWER_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    #: Encrypted from the start, or by STARTTLS before anything is said.
    security: Literal["tls", "starttls"]
    #: What this machine calls itself.
    greeting: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as the mail server takes it."""

    sender: str
    receivers: Sequence[str]
    content: bytes = field(repr=False)


@asynccontextmanager
async def mail_session(
    server: MailServer, rules: EgressRules, trusted: ssl.SSLContext
) -> AsyncGenerator[aiosmtplib.SMTP]:
    """A connection that is encrypted and signed in.

    Raises `CallRefused`, `ProviderRefused` and `ProviderBusy`: nothing has been sent then.
    """
    try:
        opened = await connected_socket(rules, server.host, server.port, _CONNECT_S)
    except OSError as error:
        raise ProviderBusy(_NAME, f"{server.host} was not reached") from error
    smtp = aiosmtplib.SMTP(
        hostname=server.host,
        sock=opened,
        use_tls=server.security == "tls",
        start_tls=False,
        tls_context=trusted,
        local_hostname=server.greeting,
        timeout=_ANSWER_S,
    )
    try:
        await _sign_in(smtp, server)
        yield smtp
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await smtp.quit()
        smtp.close()
        opened.close()


async def deliver(smtp: aiosmtplib.SMTP, envelope: Envelope) -> Mapping[str, str]:
    """Hand a message in; returns who is not taken there, with the server's reason.

    Raises `ProviderRefused`, `ProviderBusy`, and `OutcomeUnknown` when the message was on its way.
    """
    most = smtp.esmtp_extensions.get("size", "").strip()
    if most.isdigit() and 0 < int(most) < len(envelope.content):
        raise ProviderRefused(
            _NAME, f"it takes {int(most):,} bytes and the message has more", "Attach less."
        )
    refused: dict[str, aiosmtplib.SMTPRecipientRefused] = {}
    try:
        await smtp.mail(envelope.sender)
        for receiver in envelope.receivers:
            try:
                await smtp.rcpt(receiver)
            except aiosmtplib.SMTPRecipientRefused as error:
                refused[receiver] = error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _failed(error) from error
    if len(refused) == len(envelope.receivers):
        raise _failed(next(iter(refused.values())))
    try:
        await smtp.data(envelope.content)
    except aiosmtplib.SMTPResponseException as error:
        raise _failed(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        reason = "the connection ended before it confirmed the message"
        raise OutcomeUnknown(_NAME, reason) from error
    return {receiver: _said(error) for receiver, error in refused.items()}


async def _sign_in(smtp: aiosmtplib.SMTP, server: MailServer) -> None:
    try:
        await smtp.connect()
        if server.security == "starttls":
            await smtp.ehlo()
            if not smtp.supports_extension("starttls"):
                raise aiosmtplib.SMTPNotSupported("STARTTLS")
            await smtp.starttls()
        if server.username and server.password:
            await smtp.login(server.username, server.password)
        else:
            await smtp.ehlo()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise ProviderRefused(
            _NAME, _said(error), "Check the user name and the password of the connection."
        ) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise ProviderRefused(
            _NAME,
            "it does not offer the encryption or the sign-in that the connection asks for",
            "Check its port and its encryption: 465 is usual for tls, 587 for starttls.",
        ) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _failed(error) from error


def _failed(error: Exception) -> ProviderFailed:
    """What went wrong before the message was on its way."""
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLError):
        return ProviderRefused(
            _NAME,
            f"no encrypted connection came about ({cause.reason or type(cause).__name__})",
            "Check the host, its port and its certificate.",
        )
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500:
        return ProviderRefused(_NAME, _said(error), "Change the message or the connection.")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return ProviderBusy(_NAME, _said(error))
    return ProviderBusy(_NAME, "the connection ended before anything was handed in")


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{' '.join(error.message.split())[:300]} ({error.code})"
