"""Links are made by who manages, work once and for a week, and can be taken back."""

import pytest

from domain.errors import LinkSpent, NotAllowed, NotFound
from tests.storage.accounts.world import World, hashed


async def test_a_link_says_what_it_is_good_for(world: World) -> None:
    ann = await world.owner("ann")
    await world.invitations.create(ann, hashed("t"), "viewer", "bob@example.com")
    offer = await world.invitations.find(hashed("t"))
    assert (offer.tenant_id, offer.tenant_name) == (ann.tenant_id, "ann's workspace")
    assert (offer.role, offer.email) == ("viewer", "bob@example.com")
    with pytest.raises(LinkSpent):
        await world.invitations.find(hashed("guessed"))


async def test_a_link_is_good_for_a_week(world: World) -> None:
    ann, bob = await world.owner("ann"), await world.owner("bob")
    await world.invitations.create(ann, hashed("t"), "viewer", None)
    await world.let_pass(hours=7 * 24 - 1)
    await world.invitations.find(hashed("t"))
    await world.let_pass(hours=2)
    with pytest.raises(LinkSpent):
        await world.invitations.find(hashed("t"))
    with pytest.raises(LinkSpent):
        await world.people.accept(bob, hashed("t"))
    assert await world.invitations.list(ann) == []


async def test_members_do_not_invite_and_admins_make_no_owners(world: World) -> None:
    ann = await world.owner("ann")
    bob, cid = await world.member(ann, "bob", "admin"), await world.member(ann, "cid", "member")
    with pytest.raises(NotAllowed):
        await world.invitations.create(bob, hashed("t"), "owner", None)
    with pytest.raises(NotAllowed):
        await world.invitations.create(cid, hashed("t"), "viewer", None)
    with pytest.raises(NotAllowed):
        await world.invitations.list(cid)


async def test_a_link_is_taken_back_in_its_tenant_only(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    made = await world.invitations.create(ann, hashed("t"), "viewer", None)
    assert [each.invited_by for each in await world.invitations.list(ann)] == ["ann@example.com"]
    assert await world.invitations.list(eve) == []
    with pytest.raises(NotFound):
        await world.invitations.take_back(eve, made.invitation_id)
    await world.invitations.take_back(ann, made.invitation_id)
    with pytest.raises(LinkSpent):
        await world.invitations.find(hashed("t"))
