"""Signing in and linking accounts with providers, from the first step to the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.accounts.links import own_path
from domain.errors import Conflict, LinkSpent, NotAllowed, NotFound
from domain.identity import UserContext
from server.auth.opaque_tokens import hashed, new_token
from server.auth.openid import ForeignPerson, OpenIdClient, Outward, ProviderRefused
from server.auth.sign_in import Arrived, SignIn
from storage.accounts.people import Entry, ForeignIdentity, NewPerson, People
from storage.accounts.provider_sign_ins import ComesBack, ProviderSignIns, UnderWay

_KIND: Final = ""
#: Where linking leads back to.
_ACCOUNT: Final = "/app/account"


@dataclass(frozen=True, slots=True)
class Start:
    """What somebody begins at a provider."""

    redirect_uri: str
    next_path: str = ""
    invitation: str | None = None
    #: Who links an account; nobody signs in yet.
    user: UserContext | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Where to send the browser, and what it must bring back."""

    url: str
    browser_token: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser comes back with."""

    state: str
    code: str
    browser_token: str
    redirect_uri: str
    #: Who says that it sent it, if it does.
    issuer: str | None = None
    #: Who is signed in there.
    user: UserContext | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Somebody to sign in, or nobody when an account was linked; and where to go on."""

    next_path: str
    arrived: Arrived | None = None


class ProviderFlows:
    """All providers that are set up."""

    def __init__(
        self, clients: Mapping[str, OpenIdClient], under_way: ProviderSignIns, sign_in: SignIn
    ) -> None:
        self._clients = clients
        self._under_way = under_way
        self._sign_in = sign_in

    @property
    def _people(self) -> People:
        return self._sign_in.people

    async def begin(self, name: str, start: Start) -> Sent:
        """Send somebody to a provider; raises `NotFound` and `Unavailable`."""
        client = self._client(name)
        state, browser_token = new_token(_KIND), new_token(_KIND)
        outward = Outward(start.redirect_uri, new_token(_KIND), new_token(_KIND))
        url = await client.authorization_url(state, outward)
        await self._under_way.begin(
            ComesBack(hashed(state), hashed(browser_token), name),
            UnderWay(
                nonce=outward.nonce,
                verifier=outward.verifier,
                user_id=start.user.user_id if start.user else None,
                invitation=start.invitation,
                next_path=_ACCOUNT if start.user else own_path(start.next_path),
            ),
        )
        return Sent(url, browser_token)

    async def finish(self, name: str, back: Return) -> Outcome:
        """Take in somebody who comes back.

        Raises `LinkSpent` for what did not begin here, `ProviderRefused`, `NotAllowed`,
        `Conflict` and `Unavailable`.
        """
        client = self._client(name)
        key = ComesBack(hashed(back.state), hashed(back.browser_token), name)
        kept = await self._under_way.take(key)
        if not back.code:
            raise ProviderRefused
        outward = Outward(back.redirect_uri, kept.nonce, kept.verifier)
        person = await client.person(back.code, outward, back.issuer)
        identity = ForeignIdentity(person.issuer, person.subject, name, person.email)
        if kept.user_id is None:
            return Outcome(kept.next_path, await self._arrived(person, identity, kept.invitation))
        if back.user is None or back.user.user_id != kept.user_id:
            # Somebody else is signed in by now.
            raise LinkSpent
        await self._people.link(back.user, identity)
        await self._keep_birthday(kept.user_id, person)
        return Outcome(kept.next_path)

    async def _arrived(
        self, person: ForeignPerson, identity: ForeignIdentity, invitation: str | None
    ) -> Arrived:
        user_id = await self._people.by_identity(person.issuer, person.subject)
        if user_id is None:
            arrived = await self._welcome(person, identity, invitation)
        elif invitation:
            user = UserContext(user_id, "")
            arrived = Arrived(user_id, await self._people.accept(user, hashed(invitation)))
        else:
            arrived = Arrived(user_id)
        await self._keep_birthday(arrived.user_id, person)
        return arrived

    async def _welcome(
        self, person: ForeignPerson, identity: ForeignIdentity, invitation: str | None
    ) -> Arrived:
        """Make an account, never one with another: our addresses are proved by nobody.

        Whoever registers with somebody's address would else wait for them to come by a provider.
        """
        if person.email and await self._people.by_email(person.email):
            raise Conflict(
                "There is an account with this address already. Sign in to it with its password, "
                "then link the provider on the account page."
            )
        entry = await self._sign_in.entry(invitation)
        new = NewPerson(person.email, person.name, email_is_verified=person.email is not None)
        return Arrived(*await self._people.create(new, Entry(entry.invitation_hash, identity)))

    async def _keep_birthday(self, user_id: str, person: ForeignPerson) -> None:
        if person.birthday:
            await self._people.set_birthday(UserContext(user_id, ""), person.birthday)

    def _client(self, name: str) -> OpenIdClient:
        if name not in self._clients:
            raise NotFound("sign-in provider", name)
        return self._clients[name]


def refuse_denied(error: str | None) -> None:
    """Raise `NotAllowed` when the provider says that the person did not agree."""
    if error:
        raise NotAllowed("The provider did not sign you in. Try again, or sign in another way.")
