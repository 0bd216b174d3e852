"""Tokens of somebody else's issuer: checked with its secret or its public keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt

from domain.errors import NotSignedIn
from server.auth.key_sets import KeySet

#: Asymmetric only: with public keys as secrets anybody could sign.
_PUBLIC_KEY_ALGORITHMS: Final = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
]
_REQUIRED: Final = ["exp", "sub", "iss", "aud"]
_LONGEST_SUBJECT: Final = 500


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must say it, and whom it must be for."""

    issuer: str
    audience: str


class ForeignTokens:
    """Checks tokens; exactly one of secret and keys is there."""

    def __init__(self, expected: Expected, secret: str | None, keys: KeySet | None) -> None:
        self._expected = expected
        self._secret = secret
        self._keys = keys

    async def read(self, token: str) -> Mapping[str, Any]:
        """The claims of a good token; raises `NotSignedIn`, and `Unavailable` without keys."""
        try:
            header = jwt.get_unverified_header(token)
            key, algorithms = await self._key(header)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=algorithms,
                audience=self._expected.audience,
                issuer=self._expected.issuer,
                options={"require": _REQUIRED},
            )
        except jwt.PyJWTError:
            raise NotSignedIn from None
        subject: object = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise NotSignedIn
        return claims

    async def _key(self, header: Mapping[str, Any]) -> tuple[Any, list[str]]:
        if self._keys is None:
            return self._secret, ["HS256"]
        key_id: str | None = header.get("kid")
        keys = jwt.PyJWKSet.from_dict(await self._keys.document(key_id)).keys
        for key in keys:
            if (key_id is None and len(keys) == 1) or key.key_id == key_id is not None:
                return key, _PUBLIC_KEY_ALGORITHMS
        raise NotSignedIn
