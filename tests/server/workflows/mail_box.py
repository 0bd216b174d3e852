"""A real SMTP server on a local port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

NAME, PASSWORD = "service", "mail/password"


@dataclass
class MailBox:
    """What was handed in, and what is answered."""

    messages: list[EmailMessage] = field(default_factory=list[EmailMessage])
    #: To the next messages, before they are taken on.
    answers: list[str] = field(default_factory=list[str])
    url: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 Authentication required"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(
            cast(EmailMessage, message_from_bytes(envelope.content, policy=default))
        )
        return "250 Taken on"

    def sign_in(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        given = (data.login, data.password) if isinstance(data, LoginPassword) else None
        is_known = given == (NAME.encode(), PASSWORD.encode())
        return AuthResult(success=is_known, handled=is_known)


@asynccontextmanager
async def mail_box() -> AsyncIterator[MailBox]:
    """One that is open; it asks for the name and the password."""
    box = MailBox()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            box,
            hostname="mail.example.com",
            authenticator=box.sign_in,
            auth_require_tls=False,
            loop=loop,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    box.url = f"smtp://{NAME}:mail%2Fpassword@127.0.0.1:{port}"
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()
