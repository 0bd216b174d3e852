"""What each role may, and that a tenant keeps an owner."""

from typing import get_args

import pytest

from domain.accounts.permissions import Action, require, require_another_owner, require_over
from domain.errors import Conflict, NotAllowed
from domain.identity import LOCAL_USER, Role, Scope, UserContext

MAY = {
    ("owner", "read"),
    ("owner", "write"),
    ("owner", "manage"),
    ("admin", "read"),
    ("admin", "write"),
    ("admin", "manage"),
    ("member", "read"),
    ("member", "write"),
    ("viewer", "read"),
}


def may(user: UserContext, action: Action) -> bool:
    try:
        require(user, action)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("action", get_args(Action))
def test_a_role_may_what_the_table_says(role: Role, action: Action) -> None:
    assert may(UserContext("ann", "acme", role), action) == ((role, action) in MAY)


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [({"read"}, {"read"}), ({"write"}, {"write", "manage"}), (set(), set())],
)
def test_a_credential_is_good_for_its_scopes_only(scopes: set[Scope], allowed: set[Action]) -> None:
    user = UserContext("ann", "acme", "owner", frozenset(scopes))
    assert {action for action in get_args(Action) if may(user, action)} == allowed


def test_local_mode_may_everything() -> None:
    assert all(may(LOCAL_USER, action) for action in get_args(Action))


def test_the_same_user_is_the_same_whatever_they_may() -> None:
    assert UserContext("ann", "acme", "viewer") == UserContext("ann", "acme", "owner")
    assert len({UserContext("ann", "acme", "viewer"), UserContext("ann", "acme")}) == 1


@pytest.mark.parametrize(
    ("who", "over", "allowed"),
    [
        ("owner", "owner", True),
        ("admin", "owner", False),
        ("admin", "admin", True),
        ("admin", "viewer", True),
        ("member", "viewer", False),
        ("viewer", "viewer", False),
    ],
)
def test_nobody_makes_or_removes_who_stands_above(who: Role, over: Role, allowed: bool) -> None:
    user = UserContext("ann", "acme", who)
    if allowed:
        require_over(user, over)
    else:
        with pytest.raises(NotAllowed):
            require_over(user, over)


@pytest.mark.parametrize(
    ("owners", "before", "after", "is_last"),
    [
        (1, "owner", None, True),
        (1, "owner", "admin", True),
        (1, "owner", "owner", False),
        (2, "owner", None, False),
        (1, "admin", None, False),
    ],
)
def test_the_last_owner_stays(owners: int, before: Role, after: Role | None, is_last: bool) -> None:
    if is_last:
        with pytest.raises(Conflict):
            require_another_owner(owners, before, after)
    else:
        require_another_owner(owners, before, after)
