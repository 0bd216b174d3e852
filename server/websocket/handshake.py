"""Before a connection is accepted: which pages may open it, and the token that it brings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from server.auth.credentials import (
    bearer_token,
    is_own_origin,
    named_token,
    session_cookie,
)
from server.browsers import Origins

#: The protocol that browsers offer beside their token, and get back.
SUBPROTOCOL: Final = "goldenpath"
#: Before the token in `Sec-WebSocket-Protocol`, the one header that a browser's page can set.
_TOKEN_PROTOCOL: Final = "bearer."

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_USUAL_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def origin_problem(
    headers: Mapping[str, str], hosts: Iterable[str], origins: Origins
) -> str | None:
    """Why a page may not open the WebSocket; None when it may.

    A page of any site can open WebSockets to this machine, and no browser asks before: it must be
    of the very host that it calls, or of one of these origins. And that host must be known: else a
    name that is made to point to this machine would do. `hosts` are known besides loopback.
    """
    known = frozenset(hosts)
    host = _split(f"//{headers.get('host', '')}")
    if host is None or not (host.hostname in _LOOPBACK or _is_known(host, known)):
        return (
            "This host is not known here. Open it on loopback, or name it in the setting "
            "GOLDENPATH_WS_HOSTS."
        )
    if "origin" not in headers:
        # No browser: nobody's page.
        return None
    origin = _split(headers["origin"])
    if origin and (_place(origin) == _place(host) or _is_known(origin, known)):
        return None
    if origins.allow(headers["origin"]):
        return None
    return (
        "Pages of other hosts may not open this WebSocket. Open it from a page of this one, or "
        "allow the page's origin in `http.cors` of the langgraph.json."
    )


def offered_token(headers: Mapping[str, str], subprotocols: Sequence[str]) -> str | None:
    """The token that came with the request, if one did; raises `NotSignedIn` for a cookie's."""
    if token := bearer_token(headers.get("authorization")) or headers.get("x-api-key"):
        return named_token(token)
    for offered in subprotocols:
        if offered.startswith(_TOKEN_PROTOCOL):
            return named_token(offered.removeprefix(_TOKEN_PROTOCOL))
    return None


def own_cookie(headers: Mapping[str, str], public_url: str | None) -> str | None:
    """The browser's cookie, when a page of this very service connects.

    Browsers send cookies with the connections of any page, and pages of other ports share them.
    """
    return session_cookie(headers) if is_own_origin(headers, public_url) else None


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        # Looking at it checks it.
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


def _place(parts: SplitResult) -> tuple[str | None, int | None]:
    # Whoever terminates TLS before us may leave the port out where it is the usual one.
    port = None if parts.port in _USUAL_PORTS.values() else parts.port
    return parts.hostname, port


def _is_known(parts: SplitResult, known: frozenset[str]) -> bool:
    name = parts.hostname or ""
    return name in known or f"{name}:{parts.port}" in known
