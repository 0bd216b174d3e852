"""The browser's cookie: set when it signs in, taken away when it signs out."""

from typing import Final

from starlette.responses import Response

from server.auth.credentials import COOKIE, SECURE_COOKIE
from server.settings import Settings

_DAY_S: Final = 24 * 3600


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    """Give the browser its sign-in: out of scripts' reach, and not for other sites' requests."""
    is_secure = has_tls(settings)
    response.set_cookie(
        SECURE_COOKIE if is_secure else COOKIE,
        token,
        max_age=int(settings.session_days * _DAY_S),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def delete_session_cookie(response: Response, settings: Settings) -> None:
    """Take it away again."""
    is_secure = has_tls(settings)
    name = SECURE_COOKIE if is_secure else COOKIE
    response.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="lax")


def has_tls(settings: Settings) -> bool:
    """Whether people reach the service over TLS."""
    return (settings.public_url or "").startswith("https:")
