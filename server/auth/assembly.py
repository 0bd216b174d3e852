"""Everything about who may come in, made from the settings."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.auth.access_tokens import AccessTokens
from server.auth.authenticators import AccountTokens, Authenticator, IssuerTokens, local_mode
from server.auth.foreign_tokens import Expected, ForeignTokens
from server.auth.key_sets import KeySet
from server.auth.openid import OpenIdClient
from server.auth.outgoing import (
    ISSUER_LIMITS,
    HttpOutgoing,
    IssuerAway,
    Outgoing,
    Question,
    Reply,
)
from server.auth.passwords import Passwords
from server.auth.provider_flows import ProviderFlows
from server.auth.providers import Provider, providers_of
from server.auth.sign_in import SignIn
from server.secret_key import secret_key
from server.settings import Settings
from storage.accounts.api_keys import ApiKeys
from storage.accounts.invitations import Invitations
from storage.accounts.members import Members
from storage.accounts.people import People
from storage.accounts.provider_sign_ins import ProviderSignIns
from storage.accounts.sessions import SessionLimits, Sessions
from storage.database import Database
from tools.http_client import http_client

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Auth:
    """Who may come in, and what keeps them."""

    authenticate: Authenticator
    people: People
    sessions: Sessions
    keys: ApiKeys
    members: Members
    invitations: Invitations
    providers: Mapping[str, Provider]
    #: In mode `accounts` only.
    sign_in: SignIn | None
    flows: ProviderFlows | None


@asynccontextmanager
async def open_auth(settings: Settings, database: Database) -> AsyncGenerator[Auth]:
    """The parts of the mode; raises `InvalidSettings` without a secret where one is needed."""
    if settings.auth == "local":
        yield _auth(settings, database, _nobody)
        return
    async with http_client(settings.egress_rules, ISSUER_LIMITS) as client:
        yield _auth(settings, database, HttpOutgoing(client))


async def _nobody(question: Question) -> Reply:
    """Local mode has nobody outside to ask."""
    raise IssuerAway


def _auth(settings: Settings, database: Database, outgoing: Outgoing) -> Auth:
    people, keys = People(database), ApiKeys(database)
    limits = SessionLimits(settings.session_idle_h * _HOUR_S, settings.session_days * 24 * _HOUR_S)
    sessions, invitations = Sessions(database, limits), Invitations(database)
    under_way, providers = ProviderSignIns(database), providers_of(settings)
    sign_in = flows = None
    authenticate: Authenticator = local_mode
    if settings.auth == "accounts":
        access_tokens = AccessTokens(secret_key(settings), settings.access_token_s)
        is_open = settings.registration == "open"
        passwords = Passwords(settings.password_hash_mb)
        sign_in = SignIn(database, people, sessions, invitations, passwords, access_tokens, is_open)
        clients = {name: OpenIdClient(each, outgoing) for name, each in providers.items()}
        flows = ProviderFlows(clients, under_way, sign_in)
        authenticate = AccountTokens(sessions, keys, access_tokens)
    elif settings.auth == "jwt":
        issuer = settings.jwt_issuer or ""
        tokens = _foreign_tokens(settings, outgoing)
        authenticate = IssuerTokens(people, keys, tokens, issuer)
    return Auth(
        authenticate=authenticate,
        people=people,
        sessions=sessions,
        keys=keys,
        members=Members(database),
        invitations=invitations,
        providers=providers,
        sign_in=sign_in,
        flows=flows,
    )


def _foreign_tokens(settings: Settings, outgoing: Outgoing) -> ForeignTokens:
    expected = Expected(settings.jwt_issuer or "", settings.jwt_audience or "")
    secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
    keys = KeySet(settings.jwt_jwks_url, outgoing) if settings.jwt_jwks_url else None
    return ForeignTokens(expected, secret, keys)
