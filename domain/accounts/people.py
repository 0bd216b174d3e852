"""People, their tenants and what they sign in with, as the service keeps them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from domain.identity import Role, Scope

#: A browser's cookie, or the tokens of an API client.
SessionKind = Literal["browser", "api"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a person is."""

    user_id: str
    #: None with somebody else's tokens, which need not say one.
    email: str | None
    name: str
    #: Known when the person let Google tell it.
    birthday: date | None
    has_password: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant that a person is a member of."""

    tenant_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in that is still good."""

    session_id: UUID
    kind: SessionKind
    created_at: datetime
    last_seen_at: datetime
    address: str | None
    user_agent: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A personal key; the key itself is known to its owner only."""

    key_id: UUID
    name: str
    #: How it begins, to tell keys apart.
    prefix: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a tenant."""

    user_id: str
    email: str | None
    name: str
    role: Role
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes whoever opens it a member, once."""

    invitation_id: UUID
    role: Role
    #: Whom it is for; None lets whoever has the link in.
    email: str | None
    invited_by: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """An account elsewhere that a person signs in with."""

    identity_id: UUID
    provider: str
    email: str | None
    created_at: datetime
