"""Which names this service answers to: not to one that somebody made point to this machine."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from server.edge.headers import text_of
from server.edge.refusals import refuse

UNKNOWN_HOST: Final = (
    "This host is not known here. Open it on loopback, or name it in the setting GOLDENPATH_HOSTS."
)


class KnownHosts:
    """Loopback's name, addresses, and the names that were set, each with or without a port.

    An address in numbers is always fine: no name was made to point to it.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names)

    def knows(self, host: str) -> bool:
        """Whether a `Host` header is one of ours."""
        parts = split_address(f"//{host}")
        if parts is None:
            return False
        return parts.hostname == "localhost" or self.names(parts) or _is_number(parts.hostname)

    def names(self, parts: SplitResult) -> bool:
        """Whether this was set."""
        name = parts.hostname or ""
        return name in self._names or f"{name}:{parts.port}" in self._names


class HostCheck:
    """Answers under known names only."""

    def __init__(self, app: ASGIApp, hosts: KnownHosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it, or refuse it."""
        if scope["type"] != "lifespan":
            host = text_of(scope, b"host")
            # Only an old program sends none: browsers always do.
            if host is not None and not self._hosts.knows(host):
                await refuse(scope, receive, send, UNKNOWN_HOST)
                return
        await self._app(scope, receive, send)


def split_address(address: str) -> SplitResult | None:
    """The parts of an address that names a host; None for any other text."""
    try:
        parts = urlsplit(address)
        # Looking at it checks it.
        _ = parts.port
    except ValueError:
        return None
    is_bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return parts if parts.hostname and is_bare else None


def _is_number(name: str | None) -> bool:
    try:
        ip_address(name or "")
    except ValueError:
        return False
    return True
