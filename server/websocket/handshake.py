"""Before a connection is accepted: the token that it brings."""

from collections.abc import Mapping, Sequence
from typing import Final

from server.dependencies import bearer_token

#: The protocol that browsers offer beside their token, and get back.
SUBPROTOCOL: Final = "goldenpath"
#: Before the token in `Sec-WebSocket-Protocol`, the one header that a browser's page can set.
_TOKEN_PROTOCOL: Final = "bearer."


def offered_token(headers: Mapping[str, str], subprotocols: Sequence[str]) -> str | None:
    """The token that came with the request, if one did."""
    if token := bearer_token(headers.get("authorization")):
        return token
    for offered in subprotocols:
        if offered.startswith(_TOKEN_PROTOCOL):
            return offered.removeprefix(_TOKEN_PROTOCOL)
    return None
