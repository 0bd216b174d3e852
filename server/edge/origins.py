"""Which pages may change anything here: no browser asks before it sends a page's form."""

from typing import Final
from urllib.parse import SplitResult

from starlette.types import ASGIApp, Receive, Scope, Send

from server.browsers import Origins
from server.edge.headers import text_of
from server.edge.hosts import KnownHosts, split_address
from server.edge.refusals import refuse

#: What changes nothing; a page of another origin does not get to read the answer.
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_USUAL_PORTS: Final = (80, 443)

FOREIGN_PAGE: Final = (
    "Pages of other hosts may not do this here. Do it from a page of this service, or allow the "
    "page's origin in `http.cors` of the langgraph.json."
)


class OriginCheck:
    """Lets only our own pages, and those that the CORS rules name, change things or open /ws."""

    def __init__(self, app: ASGIApp, hosts: KnownHosts, origins: Origins) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it, or refuse it."""
        if scope["type"] == "websocket" or scope.get("method", "GET") not in _SAFE_METHODS:
            origin = text_of(scope, b"origin")
            if origin is not None and not self._may(origin, text_of(scope, b"host")):
                await refuse(scope, receive, send, FOREIGN_PAGE)
                return
        await self._app(scope, receive, send)

    def _may(self, origin: str, host: str | None) -> bool:
        page, here = split_address(origin), split_address(f"//{host or ''}")
        if page and ((here and _place(page) == _place(here)) or self._hosts.names(page)):
            return True
        return self._origins.allow(origin)


def _place(parts: SplitResult) -> tuple[str | None, int | None]:
    # Whoever terminates TLS before us may leave the port out where it is the usual one.
    return parts.hostname, None if parts.port in _USUAL_PORTS else parts.port
