"""Whose request it is that a proxy hands on: its word counts if it is one of ours."""

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from server.edge.headers import headers_of

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

#: `for=` of RFC 7239's Forwarded, quoted or not.
_FOR: Final = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^;\s]*)', re.IGNORECASE)
#: An address with the port that some proxies add.
_WITH_PORT: Final = re.compile(r"\[([^\]]+)\](?::\d+)?|([^:\[\]]+)(?::\d+)?")
#: A household or an office has at least so much of IPv6; one address of it says nothing.
_HOME_BITS: Final = 64


class ClientAddresses:
    """Puts the client's address where the proxy's is, on requests that come over a known proxy."""

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it as its client's."""
        client = scope.get("client")
        if client:
            address = client_address(client[0], headers_of(scope), self._proxies)
            if address != client[0]:
                # The port was the proxy's.
                scope["client"] = (address, 0)
        await self._app(scope, receive, send)


def client_address(peer: str, headers: Mapping[bytes, bytes], proxies: Sequence[Network]) -> str:
    """The right-most hop that is none of our proxies.

    What stands further left can be anybody's invention. A request with both headers is the
    proxy's own: it wrote one of them, and who knows which.
    """
    forwarded, listed = headers.get(b"forwarded"), headers.get(b"x-forwarded-for")
    if (forwarded is None) == (listed is None) or not _is_one_of(_parsed(peer), proxies):
        return peer
    believed = peer
    for hop in reversed(_hops(forwarded, listed)):
        address = _parsed(hop)
        if address is None:
            return believed
        believed = str(address)
        if not _is_one_of(address, proxies):
            return believed
    return believed


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and CIDR blocks; raises `ValueError` for anything else."""
    return tuple(ip_network(text, strict=False) for text in texts)


def neighbourhood(address: str) -> str:
    """What an address is limited as: an IPv6 one with all that its owner may have beside it."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _HOME_BITS), strict=False))
    return str(parsed) if parsed else address


def _hops(forwarded: bytes | None, listed: bytes | None) -> list[str]:
    if listed is not None:
        return listed.decode("latin-1").split(",")
    elements = (forwarded or b"").decode("latin-1").split(",")
    found = (_FOR.search(element) for element in elements)
    return [match.group(1).strip('"') if match else "" for match in found]


def _parsed(text: str) -> Address | None:
    match = _WITH_PORT.fullmatch(text.strip())
    try:
        address = ip_address((match.group(1) or match.group(2)) if match else text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_one_of(address: Address | None, known: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in known)
