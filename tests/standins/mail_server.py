"""A real SMTP server on a local port, with STARTTLS or TLS and a sign-in."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USERNAME, PASSWORD = "orders@example.com", "mail-password-0123"


@dataclass(slots=True)
class MailServer:
    """What was handed in, and what is refused."""

    port: int = 0
    messages: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    #: Answers to these receivers.
    refused: dict[str, str] = field(default_factory=dict)
    #: The answer to a whole message; "" hangs up instead of answering.
    answer: str | None = None
    connections: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 Authentication required"
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.answer:
            return self.answer
        message = cast(EmailMessage, message_from_bytes(envelope.content, policy=default))
        self.messages.append((list(envelope.rcpt_tos), message))
        if self.answer == "":
            cast(asyncio.Transport, server.transport).abort()
        return "250 Taken on"

    def sign_in(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USERNAME.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=is_known, handled=is_known)


@asynccontextmanager
async def running_mail_server(
    context: ssl.SSLContext | None, security: Literal["starttls", "tls"] = "starttls"
) -> AsyncIterator[MailServer]:
    """One on a free port; without a context it offers no encryption."""
    server = MailServer()
    loop = asyncio.get_running_loop()
    is_tls = security == "tls"

    def protocol() -> SMTP:
        server.connections += 1
        return SMTP(
            server,
            hostname="mail.example.com",
            data_size_limit=2_000_000,
            tls_context=None if is_tls else context,
            require_starttls=not is_tls and context is not None,
            authenticator=server.sign_in,
            # Whether somebody signed in is asked for each receiver.
            auth_require_tls=not is_tls and context is not None,
            loop=loop,
        )

    listening = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if is_tls else None)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
