"""Claims of the access tokens that this service gives to API clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.errors import NotSignedIn

#: Both who says it and whom it is for: a token of ours is for us.
ISSUER: Final = "goldenpath"
AUDIENCE: Final = "goldenpath"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Whose an access token is, and which sign-in it came from."""

    user_id: str
    session_id: UUID
    issued_at: datetime
    expires_at: datetime

    def to_json(self) -> dict[str, Any]:
        """As a token carries them."""
        return {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": self.user_id,
            "sid": str(self.session_id),
            "iat": int(self.issued_at.timestamp()),
            "exp": int(self.expires_at.timestamp()),
        }


def session_of(claims: Mapping[str, Any]) -> tuple[str, UUID]:
    """User and sign-in of checked claims; raises `NotSignedIn` when they do not say them."""
    try:
        return str(claims["sub"]), UUID(str(claims["sid"]))
    except (KeyError, ValueError):
        raise NotSignedIn from None
