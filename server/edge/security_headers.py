"""What browsers are told about every answer."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.edge.request_ids import ANSWERS

#: Gradio's `gr.HTML` needs `unsafe-eval`, and its page has scripts and styles inline.
PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'self'"
)
#: A year, in seconds: browsers come over TLS only.
_HSTS: Final = b"max-age=31536000"


class SecurityHeaders:
    """Adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        """`is_https` is whether people reach this over TLS."""
        self._app = app
        self._added: list[tuple[bytes, bytes]] = [
            (b"content-security-policy", PAGE_POLICY.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]
        if is_https:
            self._added.append((b"strict-transport-security", _HSTS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it, and add to the answer."""

        async def send_safely(message: Message) -> None:
            if message["type"] in ANSWERS:
                headers = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                headers += [header for header in self._added if header[0] not in said]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_safely)
