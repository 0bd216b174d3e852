"""Whose a token is, in each mode."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

from domain.errors import Conflict, NotSignedIn
from domain.identity import LOCAL_USER, UserContext
from server.auth.access_tokens import AccessTokens
from server.auth.foreign_tokens import ForeignTokens
from server.auth.opaque_tokens import API_KEY, REFRESH, SESSION, hashed
from storage.accounts.api_keys import ApiKeys
from storage.accounts.people import Entry, ForeignIdentity, NewPerson, People
from storage.accounts.sessions import Sessions

#: No token of ours, and none that we take, is longer.
_LONGEST: Final = 16_384


class Authenticator(Protocol):
    """Says whose a token is; raises `NotSignedIn` when it is nobody's. None is no token at all."""

    async def __call__(self, token: str | None) -> UserContext:
        """The token's owner."""
        ...


async def local_mode(token: str | None) -> UserContext:
    """Everyone is `local`: one person on one machine."""
    return LOCAL_USER


class AccountTokens:
    """Mode `accounts`: cookies, access tokens and keys of people who have an account here."""

    def __init__(self, sessions: Sessions, keys: ApiKeys, access_tokens: AccessTokens) -> None:
        self._sessions = sessions
        self._keys = keys
        self._access_tokens = access_tokens

    async def __call__(self, token: str | None) -> UserContext:
        """The token's owner with their role in its tenant now; raises `NotSignedIn`."""
        text = _checked(token)
        # A refresh token is good for nothing but the next.
        if text.startswith(REFRESH):
            raise NotSignedIn
        if text.startswith(SESSION):
            return (await self._sessions.by_cookie(hashed(text))).user
        if text.startswith(API_KEY):
            return await self._keys.find(hashed(text))
        return (await self._sessions.by_id(*self._access_tokens.read(text))).user


class IssuerTokens:
    """Mode `jwt`: tokens of somebody else's issuer, and keys. Whoever is new gets a tenant."""

    def __init__(self, people: People, keys: ApiKeys, tokens: ForeignTokens, issuer: str) -> None:
        self._people = people
        self._keys = keys
        self._tokens = tokens
        self._issuer = issuer

    async def __call__(self, token: str | None) -> UserContext:
        """The token's owner; raises `NotSignedIn`."""
        text = _checked(token)
        if text.startswith(API_KEY):
            return await self._keys.find(hashed(text))
        claims = await self._tokens.read(text)
        subject: str = claims["sub"]
        known = await self._people.member_by_identity(self._issuer, subject)
        return known or await self._welcome(subject, claims)

    async def _welcome(self, subject: str, claims: Mapping[str, Any]) -> UserContext:
        # Not the token's e-mail address: nothing here looks for it, and it could be somebody's.
        name = claims.get("name")
        person = NewPerson(None, name if isinstance(name, str) and name else "New member")
        identity = ForeignIdentity(self._issuer, subject, "jwt")
        # Refused when another request of theirs was first.
        with suppress(Conflict):
            await self._people.create(person, Entry(identity=identity))
        known = await self._people.member_by_identity(self._issuer, subject)
        if known is None:
            raise NotSignedIn
        return known


def _checked(token: str | None) -> str:
    if not token or len(token) > _LONGEST or not token.isascii():
        raise NotSignedIn
    return token
