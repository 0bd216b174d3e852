"""Before a connection is accepted: the token that it brings."""

from collections.abc import Mapping, Sequence
from typing import Final

from server.auth.credentials import (
    bearer_token,
    is_own_origin,
    named_token,
    session_cookie,
)

#: The protocol that browsers offer beside their token, and get back.
SUBPROTOCOL: Final = "goldenpath"
#: Before the token in `Sec-WebSocket-Protocol`, the one header that a browser's page can set.
_TOKEN_PROTOCOL: Final = "bearer."


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
