"""Who is asking: the context every repository method takes first."""

from dataclasses import dataclass, field
from typing import Final, Literal

#: What a member is in a tenant. What each may: `domain/accounts/permissions.py`.
Role = Literal["owner", "admin", "member", "viewer"]
#: What a key was made for; `write` is changing things, and starting runs is that too.
Scope = Literal["read", "write"]

ALL_SCOPES: Final[frozenset[Scope]] = frozenset({"read", "write"})


@dataclass(frozen=True, slots=True)
class UserContext:
    """The signed-in user and the tenant whose data may be touched.

    The same user in the same tenant is the same, whatever they may do at the moment.
    """

    user_id: str
    tenant_id: str
    role: Role = field(default="owner", compare=False)
    scopes: frozenset[Scope] = field(default=ALL_SCOPES, compare=False)


#: Local mode signs everyone in as this user: one person on one machine.
LOCAL_USER = UserContext(user_id="local", tenant_id="local")
