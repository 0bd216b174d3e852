"""How large a request may be; what is larger is not read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import TooLarge
from server.edge.headers import headers_of

#: What a form has around its file.
_ENVELOPE: Final = 1024 * 1024
_KILOBYTE: Final = 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Most bytes, and how it is said that there were more."""

    most: int
    refusal: str

    def error(self) -> HTTPException:
        """The answer to more; an `HTTPException`, since that passes whoever reads a body."""
        return HTTPException(413, self.refusal)


def request_limit(kilobytes: int) -> BodyLimit:
    """For all but uploads."""
    refusal = TooLarge("The request", f"{kilobytes} kB", "GOLDENPATH_BODY_KB")
    return BodyLimit(kilobytes * _KILOBYTE, str(refusal))


def webhook_limit(kilobytes: int) -> BodyLimit:
    """For deliveries of webhooks."""
    refusal = TooLarge("The delivery", f"{kilobytes} kB", "GOLDENPATH_WEBHOOK_KB")
    return BodyLimit(kilobytes * _KILOBYTE, str(refusal))


def upload_limit(megabytes: int) -> BodyLimit:
    """For uploads, with room for what is around the file."""
    refusal = TooLarge("The upload", f"{megabytes} MB", "GOLDENPATH_UPLOAD_MB")
    return BodyLimit(megabytes * _MEGABYTE + _ENVELOPE, str(refusal))


class BodyLimits:
    """Stops whoever reads a body that is too large."""

    def __init__(
        self,
        app: ASGIApp,
        usual: BodyLimit,
        by_path: Mapping[str, BodyLimit],
        by_folder: Mapping[str, BodyLimit],
    ) -> None:
        """A path that ends in `/` is in `by_folder` and means all below it."""
        self._app = app
        self._usual = usual
        self._by_path = by_path
        self._by_folder = by_folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it; its body, if it has one, within its limit."""
        if scope["type"] == "http":
            headers = headers_of(scope)
            length = headers.get(b"content-length")
            if length is not None or b"transfer-encoding" in headers:
                limit = self._limit(scope["path"])
                receive = _limited(receive, limit, length)
        await self._app(scope, receive, send)

    def _limit(self, path: str) -> BodyLimit:
        for folder, limit in self._by_folder.items():
            if path.startswith(folder):
                return limit
        return self._by_path.get(path.rstrip("/"), self._usual)


def _limited(receive: Receive, limit: BodyLimit, length: bytes | None) -> Receive:
    if length is not None and int(length) <= limit.most:
        # The server sees to it that no more comes than was said.
        return receive
    received = 0

    async def counted() -> Message:
        nonlocal received
        if length is not None:
            raise limit.error()
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit.most:
            raise limit.error()
        return message

    return counted
