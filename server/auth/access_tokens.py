"""Access tokens of our own: short-lived JWTs for API clients."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import jwt

from domain.accounts.token_claims import AUDIENCE, ISSUER, AccessClaims, session_of
from domain.errors import NotSignedIn

_ALGORITHM: Final = "HS256"
_REQUIRED: Final = ["exp", "iat", "sub", "sid", "iss", "aud"]


class AccessTokens:
    """Makes and checks them with a key derived from the service's secret."""

    def __init__(
        self, secret: bytes, good_s: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._key = hmac.digest(secret, b"goldenpath access tokens", hashlib.sha256)
        self._now = now
        self.good_s = good_s

    def make(self, user_id: str, session_id: UUID) -> str:
        """A token of a sign-in."""
        now = self._now()
        claims = AccessClaims(user_id, session_id, now, now + timedelta(seconds=self.good_s))
        return jwt.encode(claims.to_json(), self._key, _ALGORITHM)

    def read(self, token: str) -> tuple[str, UUID]:
        """User and sign-in of a good token; raises `NotSignedIn`."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": _REQUIRED},
            )
        except jwt.InvalidTokenError:
            raise NotSignedIn from None
        return session_of(claims)
