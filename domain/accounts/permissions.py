"""Roles, what each may, and the rules that guard a tenant's last owner."""

from typing import Final, Literal

from domain.errors import Conflict, NotAllowed
from domain.identity import Role, Scope, UserContext

#: `manage` is members, invitations and settings of the tenant.
Action = Literal["read", "write", "manage"]

_MAY: Final[dict[Role, frozenset[Action]]] = {
    "owner": frozenset({"read", "write", "manage"}),
    "admin": frozenset({"read", "write", "manage"}),
    "member": frozenset({"read", "write"}),
    "viewer": frozenset({"read"}),
}
#: What a credential must be good for.
_NEEDS: Final[dict[Action, Scope]] = {"read": "read", "write": "write", "manage": "write"}
#: Whom each may make, change and remove.
_OVER: Final[dict[Role, frozenset[Role]]] = {
    "owner": frozenset({"owner", "admin", "member", "viewer"}),
    "admin": frozenset({"admin", "member", "viewer"}),
    "member": frozenset(),
    "viewer": frozenset(),
}


def require(user: UserContext, action: Action) -> None:
    """Raise `NotAllowed` unless the user's role and credential are good for an action."""
    if action not in _MAY[user.role]:
        raise NotAllowed(
            f"A {user.role} of this workspace may not do this. Ask one of its owners for another "
            "role."
        )
    if _NEEDS[action] not in user.scopes:
        raise NotAllowed(
            f"This key was made without the scope `{_NEEDS[action]}`. Make another key on the "
            "account page."
        )


def require_over(user: UserContext, role: Role) -> None:
    """Raise `NotAllowed` unless the user may make, change or remove members of this role."""
    require(user, "manage")
    if role not in _OVER[user.role]:
        raise NotAllowed(f"Only an owner of this workspace may do this to or make an {role}.")


def require_another_owner(owner_count: int, before: Role, after: Role | None) -> None:
    """Raise `Conflict` when a change (None is removal) would leave a tenant without owner."""
    if before == "owner" and after != "owner" and owner_count <= 1:
        raise Conflict(
            "This is the last owner of the workspace. Make somebody else an owner first."
        )
