"""The service's own e-mail: messages to people, handed to one SMTP server."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.errors import ProviderBusy, ProviderRefused

_TIMEOUT_S: Final = 30.0
_SERVICE: Final = "The mail server"
#: From here on a server's answer is final.
_REFUSED: Final = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of plain text to one person."""

    #: The same when it is sent again.
    letter_id: str
    to: str
    subject: str
    text: str


class ServiceMail:
    """Hands letters to the server of the settings."""

    def __init__(self, url: str, sender: str) -> None:
        """`url` is `smtp://name:password@host:port` or `smtps://…`."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._is_tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_tls else 587)
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Hand one over; raises `ProviderRefused` and `ProviderBusy`."""
        try:
            await aiosmtplib.send(
                self._message(letter),
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._is_tls,
                timeout=_TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise _failure(first.code, first.message) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _failure(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise ProviderBusy(_SERVICE, str(error) or "no answer") from error

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.to
        # A header is one line.
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(datetime.now(UTC))
        domain = parseaddr(self._sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<{letter.letter_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _failure(code: int, reason: str) -> ProviderRefused | ProviderBusy:
    if code >= _REFUSED:
        return ProviderRefused(_SERVICE, reason, "Check the address and GOLDENPATH_SMTP_URL.")
    return ProviderBusy(_SERVICE, reason)
