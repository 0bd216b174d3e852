"""Sending what people are told by e-mail: beside everything else, at least once, with patience."""

import logging
from typing import Final, Protocol

from domain.errors import InvalidSettings, ProviderFailed, ProviderRefused
from server.auth.opaque_tokens import LINK, hashed, new_token
from server.due_clock import DueClock
from server.settings import Settings
from storage.database import Database
from storage.notices import DueMail, MailQueue
from storage.notifications import Listener
from tools.service_mail import Letter, ServiceMail

logger = logging.getLogger(__name__)

MAIL_CHANNEL: Final = "goldenpath_mail"

_BATCH: Final = 10
#: A process that has not sent its messages by then must have died over them.
_LEASE_S: Final = 600.0
#: After a failure, doubling; about a day in all.
_FIRST_AGAIN_S: Final = 30.0
_LAST_AGAIN_S: Final = 4 * 3600.0
_MOST_ATTEMPTS: Final = 15


class Post(Protocol):
    """Takes letters."""

    async def send(self, letter: Letter) -> None:
        """Hand one over; raises `ProviderFailed`."""
        ...


class Mailing:
    """Sends the messages that are due, one after the other."""

    def __init__(self, database: Database, post: Post, listener: Listener, address: str) -> None:
        """`address` is where people reach the service."""
        self._queue = MailQueue(database)
        self._post = post
        self._address = address
        clock = self._clock = DueClock("E-mail", self.look)
        listener.on(MAIL_CHANNEL, lambda _: clock.look_in(0.0), lambda: clock.look_in(0.0))

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        await self._clock.run()

    async def look(self) -> float | None:
        """Send what is due; in how many seconds to look again, None when nothing waits."""
        while mails := await self._queue.claim(_BATCH, _LEASE_S):
            for mail in mails:
                await self._send(mail)
        return await self._queue.next_s()

    async def _send(self, mail: DueMail) -> None:
        if mail.email is None:
            await self._queue.failed(mail.notification_id, "The account has no address.", None)
            return
        # A token is made for each message, so none is kept in clear, not even until it is sent.
        text = await self._text(mail)
        letter = Letter(str(mail.notification_id), mail.email, mail.title, text)
        try:
            await self._post.send(letter)
        except ProviderFailed as error:
            is_final = isinstance(error, ProviderRefused) or mail.mail_attempts >= _MOST_ATTEMPTS
            again_in_s = None if is_final else _again_in_s(mail.mail_attempts)
            logger.warning("The message %s was not sent: %s", mail.notification_id, error)
            await self._queue.failed(mail.notification_id, str(error), again_in_s)
        else:
            await self._queue.sent(mail.notification_id)

    async def _text(self, mail: DueMail) -> str:
        parts = [mail.message] if mail.message else []
        if mail.needs_token and mail.approver_id:
            token = new_token(LINK)
            await self._queue.keep_token(mail.approver_id, hashed(token))
            link = f"{self._address}/vote/{token}"
            parts.append(
                f"See what is asked, and approve or reject it:\n{link}\n\nThe link is yours "
                "alone: whoever has it votes for you."
            )
        elif approval_id := mail.about.get("approval_id"):
            parts.append(f"Sign in to vote:\n{self._address}/app/approvals?id={approval_id}")
        elif run_id := mail.about.get("run_id"):
            parts.append(f"See the run:\n{self._address}/app/runs?id={run_id}")
        return "\n\n".join(parts) + "\n"


def mailing_of(settings: Settings, database: Database, listener: Listener) -> Mailing | None:
    """What sends e-mail, if the settings say how; raises `InvalidSettings`."""
    if not settings.smtp_url and not settings.mail_from:
        return None
    if not settings.smtp_url or not settings.mail_from:
        raise InvalidSettings(
            "E-mail needs both GOLDENPATH_SMTP_URL and GOLDENPATH_MAIL_FROM. Set the other as well."
        )
    post = ServiceMail(settings.smtp_url.get_secret_value(), settings.mail_from)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    return Mailing(database, post, listener, address)


def _again_in_s(attempt: int) -> float:
    return min(_FIRST_AGAIN_S * 2 ** (attempt - 1), _LAST_AGAIN_S)
