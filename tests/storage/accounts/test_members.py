"""Who may change whom, and that no tenant is left without an owner."""

import asyncio

import pytest

from domain.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from domain.identity import ALL_SCOPES, Role, UserContext
from storage.accounts.api_keys import NewKey
from storage.accounts.sessions import Visitor
from tests.storage.accounts.world import World, hashed


async def roles(world: World, user: UserContext) -> dict[str, str]:
    return {m.name: m.role for m in await world.members.list(user, 100, 0)}


async def test_members_are_listed_in_pages_for_their_tenant_only(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    await world.member(ann, "bob", "member")
    assert [m.email for m in await world.members.list(ann, 1, 1)] == ["bob@example.com"]
    assert await roles(world, eve) == {"eve": "owner"}


async def test_an_owner_changes_roles_and_others_do_not(world: World) -> None:
    ann = await world.owner("ann")
    bob, cid = await world.member(ann, "bob", "admin"), await world.member(ann, "cid", "member")
    await world.members.change_role(ann, cid.user_id, "viewer")
    await world.members.change_role(bob, cid.user_id, "admin")
    for user, member_id, role in (
        (bob, ann.user_id, "member"),
        (bob, cid.user_id, "owner"),
        (cid, bob.user_id, "viewer"),
    ):
        with pytest.raises(NotAllowed):
            await world.members.change_role(user, member_id, role)
    assert await roles(world, ann) == {"ann": "owner", "bob": "admin", "cid": "admin"}


async def test_another_tenants_member_is_not_there(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    with pytest.raises(NotFound):
        await world.members.change_role(eve, ann.user_id, "viewer")
    with pytest.raises(NotFound):
        await world.members.remove(eve, ann.user_id)


async def test_the_last_owner_cannot_go_or_step_down(world: World) -> None:
    ann = await world.owner("ann")
    await world.member(ann, "bob", "admin")
    with pytest.raises(Conflict):
        await world.members.remove(ann, ann.user_id)
    with pytest.raises(Conflict):
        await world.members.change_role(ann, ann.user_id, "admin")


async def test_of_two_owners_who_remove_each_other_one_stays(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "owner")
    results = await asyncio.gather(
        world.members.remove(ann, bob.user_id),
        world.members.remove(bob, ann.user_id),
        return_exceptions=True,
    )
    assert sum(result is None for result in results) == 1
    assert list((await roles(world, ann)).values()) == ["owner"]


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_everybody_may_go_but_remove_nobody_else(world: World, role: Role) -> None:
    ann = await world.owner("ann")
    bob, cid = await world.member(ann, "bob", role), await world.member(ann, "cid", "viewer")
    with pytest.raises(NotAllowed):
        await world.members.remove(bob, cid.user_id)
    await world.members.remove(bob, bob.user_id)
    assert "bob" not in await roles(world, ann)


async def test_who_is_removed_is_out_at_once(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "member")
    await world.sessions.open_browser(bob.user_id, hashed("bob's"), Visitor())
    await world.keys.create(bob, NewKey(hashed("key"), "gp_key", "k", ALL_SCOPES, None))
    await world.members.remove(ann, bob.user_id)
    with pytest.raises(NotSignedIn):
        await world.sessions.by_cookie(hashed("bob's"))
    with pytest.raises(NotSignedIn):
        await world.keys.find(hashed("key"))
    # Coming back does not bring the key back.
    await world.invitations.create(ann, hashed("again"), "viewer", None)
    await world.people.accept(bob, hashed("again"))
    with pytest.raises(NotSignedIn):
        await world.keys.find(hashed("key"))


async def test_who_is_removed_goes_on_in_another_tenant(world: World) -> None:
    ann, bob = await world.owner("ann"), await world.owner("bob")
    await world.invitations.create(ann, hashed("t"), "member", None)
    await world.people.accept(bob, hashed("t"))
    opened = await world.sessions.open_browser(
        bob.user_id, hashed("bob's"), Visitor(), tenant_id=ann.tenant_id
    )
    assert opened is not None
    assert (await world.sessions.by_cookie(hashed("bob's"))).user.tenant_id == ann.tenant_id
    await world.members.remove(ann, bob.user_id)
    assert (await world.sessions.by_cookie(hashed("bob's"))).user == bob


async def test_a_tenant_is_renamed_by_who_manages_it(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "member")
    with pytest.raises(NotAllowed):
        await world.members.rename_tenant(bob, "Bob's")
    await world.members.rename_tenant(ann, "Acme\x00")
    assert [tenant.name for tenant in await world.members.tenants(bob)] == ["Acme"]
