"""Signing in, registering, refreshing and changing passwords."""

from dataclasses import dataclass
from uuid import UUID

from domain.accounts.emails import normalise_email
from domain.accounts.passwords import check_password
from domain.errors import InvalidInput, NotAllowed, WrongPassword
from domain.identity import UserContext
from server.auth.access_tokens import AccessTokens
from server.auth.opaque_tokens import REFRESH, SESSION, hashed, new_token
from server.auth.passwords import Passwords
from server.edge.client_addresses import neighbourhood
from storage import login_throttle
from storage.accounts.invitations import Invitations
from storage.accounts.people import Entry, NewPerson, People
from storage.accounts.sessions import Opened, Sessions, Visitor
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody says who wants an account."""

    email: str
    name: str
    password: str
    invitation: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who has shown who they are, and the tenant that they came for."""

    user_id: str
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an API client signs in with from now on."""

    access_token: str
    refresh_token: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """The ways in of mode `accounts`."""

    database: Database
    people: People
    sessions: Sessions
    invitations: Invitations
    passwords: Passwords
    access_tokens: AccessTokens
    is_open: bool

    async def register(self, wanted: Registration) -> Arrived:
        """Make an account.

        Raises `NotAllowed` without an invitation where one is needed, `LinkSpent`,
        `InvalidInput`, and `Conflict` for a taken address. Who has no invitation learns nothing
        about addresses; where everybody may register, whoever registers learns whether one is
        taken, as nothing is mailed, and pays a slow hash for each.
        """
        email = normalise_email(wanted.email)
        password = check_password(wanted.password, email)
        entry = await self.entry(wanted.invitation)
        name = wanted.name.strip() or email.partition("@")[0]
        person = NewPerson(email, name, await self.passwords.hashed(password))
        return Arrived(*await self.people.create(person, entry))

    async def entry(self, invitation: str | None) -> Entry:
        """How a new account may come to be; raises `NotAllowed` and `LinkSpent`."""
        if invitation:
            token_hash = hashed(invitation)
            # Before the slow hash: only who has a link is worth it.
            await self.invitations.find(token_hash)
            return Entry(invitation_hash=token_hash)
        if not self.is_open:
            raise NotAllowed(
                "Accounts are made by invitation here. Ask somebody who has one for a link."
            )
        return Entry()

    async def check(
        self, email: str, password: str, visitor: Visitor, invitation: str | None = None
    ) -> Arrived:
        """Who has this address and password; raises `WrongPassword`, after the same time.

        With an invitation they become a member of its tenant; raises `LinkSpent`. Who guesses waits
        longer and longer; raises `TooManyRequests`.
        """
        address = neighbourhood(visitor.address or "")
        await login_throttle.check(self.database, email, address)
        try:
            found = await self.people.by_email(normalise_email(email))
        except InvalidInput:
            found = None
        fits, fresh = await self.passwords.fits(password, found.password_hash if found else None)
        if found is None or found.password_hash is None or not fits:
            await login_throttle.failed(self.database, email, address)
            raise WrongPassword
        await login_throttle.succeeded(self.database, email, address)
        if fresh:
            await self.people.rehash(found.user_id, found.password_hash, fresh)
        if not invitation:
            return Arrived(found.user_id)
        # Only who it is counts: they come for the tenant of the link.
        user = UserContext(found.user_id, "")
        return Arrived(found.user_id, await self.people.accept(user, hashed(invitation)))

    async def open_browser(self, arrived: Arrived, visitor: Visitor) -> str:
        """Begin a browser's sign-in; returns its cookie's value. Raises `NotAllowed`."""
        token = new_token(SESSION)
        _member(
            await self.sessions.open_browser(
                arrived.user_id, hashed(token), visitor, arrived.tenant_id
            )
        )
        return token

    async def open_client(self, arrived: Arrived, visitor: Visitor) -> Tokens:
        """Begin an API client's sign-in; raises `NotAllowed`."""
        refresh = new_token(REFRESH)
        opened = _member(
            await self.sessions.open_api(
                arrived.user_id, hashed(refresh), visitor, arrived.tenant_id
            )
        )
        return self._tokens(arrived.user_id, opened.session_id, refresh)

    async def refresh(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token; raises `NotSignedIn`."""
        following = new_token(REFRESH)
        rotated = await self.sessions.rotate(hashed(refresh_token), hashed(following))
        return self._tokens(rotated.user_id, rotated.session_id, following)

    async def session_of(self, token: str | None) -> UUID:
        """The sign-in that a good cookie or access token is of; raises `NotSignedIn`."""
        if token and token.startswith(SESSION):
            return (await self.sessions.by_cookie(hashed(token))).session_id
        return self.access_tokens.read(token or "")[1]

    async def change_password(
        self, user: UserContext, kept: UUID | None, before: str, after: str
    ) -> None:
        """Take another password and end all sign-ins but one.

        Raises `WrongPassword` and `InvalidInput`. Who has no password yet need not say one.
        """
        known = await self.people.password_hash(user)
        if known is not None and not (await self.passwords.fits(before, known))[0]:
            raise WrongPassword
        profile = await self.people.profile(user)
        if profile.email is None:
            raise InvalidInput(
                "Without an e-mail address there is nothing to enter a password with. Sign in "
                "with your provider."
            )
        password = check_password(after, profile.email)
        await self.people.set_password(user, await self.passwords.hashed(password))
        await self.sessions.revoke_others(user, kept)

    def _tokens(self, user_id: str, session_id: UUID, refresh: str) -> Tokens:
        access = self.access_tokens.make(user_id, session_id)
        return Tokens(access, refresh, self.access_tokens.good_s)


def _member(opened: Opened | None) -> Opened:
    if opened is None:
        raise NotAllowed(
            "You are a member of no workspace any more. Ask for an invitation, open it, and sign "
            "in there."
        )
    return opened
