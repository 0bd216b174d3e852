"""What a request brings to say who asks: a token in a header, or a browser's cookie."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

from domain.errors import NotAllowed, NotSignedIn
from server.auth.opaque_tokens import SESSION

#: With TLS the browser itself sees to it that nobody but this very host sets the cookie.
COOKIE: Final = "goldenpath_session"
SECURE_COOKIE: Final = f"__Host-{COOKIE}"

#: Methods that change nothing.
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credential:
    """What came; without a token, nothing did."""

    token: str | None = None
    kind: Literal["header", "cookie"] = "header"


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization` header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def offered(headers: Mapping[str, str]) -> Credential:
    """What a request brings; a header goes before the cookie.

    Raises `NotSignedIn` for a cookie's token in a header: it is a browser's alone.
    """
    token = bearer_token(headers.get("authorization")) or headers.get("x-api-key") or None
    if token is not None:
        if token.startswith(SESSION):
            raise NotSignedIn
        return Credential(token)
    return Credential(session_cookie(headers), "cookie")


def session_cookie(headers: Mapping[str, str]) -> str | None:
    """The token of the browser's cookie. The name that only TLS sets goes first."""
    cookies = cookie_parser(headers.get("cookie", ""))
    for name in (SECURE_COOKIE, COOKIE):
        if (value := cookies.get(name, "")).startswith(SESSION):
            return value
    return None


def require_own_page(method: str, headers: Mapping[str, str], public_url: str | None) -> None:
    """Raise `NotAllowed` when another site's page may have sent a browser's unsafe request.

    Browsers send cookies along with whatever a page makes them send; they say where it came from.
    """
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        is_own = is_own_origin(headers, public_url)
    if not is_own:
        raise NotAllowed(
            "This request did not come from a page of this service. Programs send a token or a "
            "key in the header Authorization instead of a cookie."
        )


def is_own_origin(headers: Mapping[str, str], public_url: str | None) -> bool:
    """Whether a page of this very service sends this."""
    origin = headers.get("origin")
    if not origin:
        return False
    if public_url is not None and origin.lower() == public_url:
        return True
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc == headers.get("host", "").lower()
