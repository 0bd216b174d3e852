"""Accounts come to be once, by link or openly, and belong to their people."""

import asyncio
from datetime import date

import pytest

from domain.errors import Conflict, LinkSpent, NotFound
from domain.identity import UserContext
from storage.accounts.people import Entry, ForeignIdentity, NewPerson
from tests.storage.accounts.world import World, hashed

ANN = NewPerson("ann@example.com", "Ann", "hash")
GOOGLE = ForeignIdentity("https://accounts.example", "42", "google", "ann@gmail.example")


async def test_an_account_has_a_tenant_of_its_own(world: World) -> None:
    assert not await world.people.exist()
    ann = await world.owner("ann")
    assert await world.people.exist()
    found = await world.people.by_email("ann@example.com")
    assert found is not None
    assert (found.user_id, found.password_hash) == (ann.user_id, "hash of ann")
    (tenant,) = await world.members.tenants(ann)
    assert (tenant.tenant_id, tenant.name, tenant.role) == (
        ann.tenant_id,
        "ann's workspace",
        "owner",
    )


async def test_an_address_has_one_account(world: World) -> None:
    await world.owner("ann")
    with pytest.raises(Conflict):
        await world.people.create(ANN, Entry())
    assert len([t for t in await _tenant_names(world) if t]) == 1


async def test_the_first_link_makes_one_account_however_many_try(world: World) -> None:
    for token in ("one", "two"):
        assert await world.invitations.create_first(hashed(token))
    tries = [
        world.people.create(NewPerson(f"{n}@example.com", str(n)), Entry(hashed(token)))
        for n, token in enumerate(("one", "one", "two", "two"))
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(result) for result in results if isinstance(result, Exception)] == [LinkSpent] * 3
    assert not await world.invitations.create_first(hashed("three"))


async def test_a_link_lets_one_person_into_its_tenant(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "viewer")
    (tenant,) = await world.members.tenants(bob)
    assert (tenant.tenant_id, tenant.role) == (ann.tenant_id, "viewer")
    with pytest.raises(LinkSpent):
        await world.people.create(ANN, Entry(hashed("for bob")))


async def test_a_refused_link_leaves_no_account(world: World) -> None:
    await world.owner("ann")
    with pytest.raises(LinkSpent):
        await world.people.create(NewPerson("eve@example.com", "Eve"), Entry(hashed("guessed")))
    assert await world.people.by_email("eve@example.com") is None


async def test_a_link_for_somebody_is_for_nobody_else(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    await world.invitations.create(ann, hashed("t"), "member", "bob@example.com")
    with pytest.raises(LinkSpent):
        await world.people.accept(eve, hashed("t"))
    person = NewPerson("bob@example.com", "Bob", "hash")
    assert (await world.people.create(person, Entry(hashed("t"))))[1] == ann.tenant_id


async def test_who_has_an_account_joins_by_a_link_too(world: World) -> None:
    ann, bob = await world.owner("ann"), await world.owner("bob")
    await world.invitations.create(ann, hashed("t"), "member", None)
    assert await world.people.accept(bob, hashed("t")) == ann.tenant_id
    assert {t.tenant_id: t.role for t in await world.members.tenants(bob)} == {
        bob.tenant_id: "owner",
        ann.tenant_id: "member",
    }


async def test_a_link_makes_nobody_less_than_they_are(world: World) -> None:
    ann = await world.owner("ann")
    await world.invitations.create(ann, hashed("t"), "viewer", None)
    await world.people.accept(ann, hashed("t"))
    assert [tenant.role for tenant in await world.members.tenants(ann)] == ["owner"]


async def test_a_profile_is_its_persons(world: World) -> None:
    ann, bob = await world.owner("ann"), await world.owner("bob")
    await world.people.rename(ann, "Ann Miller")
    await world.people.set_birthday(ann, date(1990, 5, 17))
    profile = await world.people.profile(ann)
    assert (profile.name, profile.birthday, profile.has_password) == (
        "Ann Miller",
        date(1990, 5, 17),
        True,
    )
    assert (await world.people.profile(bob)).birthday is None


async def test_a_password_is_hashed_anew_only_if_it_is_still_the_same(world: World) -> None:
    ann = await world.owner("ann")
    await world.people.rehash(ann.user_id, "another", "stale")
    assert await world.people.password_hash(ann) == "hash of ann"
    await world.people.rehash(ann.user_id, "hash of ann", "fresh")
    assert await world.people.password_hash(ann) == "fresh"


async def test_an_account_elsewhere_is_one_persons(world: World) -> None:
    ann, bob = await world.owner("ann"), await world.owner("bob")
    await world.people.link(ann, GOOGLE)
    with pytest.raises(Conflict):
        await world.people.link(bob, GOOGLE)
    assert await world.people.by_identity(GOOGLE.issuer, GOOGLE.subject) == ann.user_id
    assert await world.people.by_identity("https://other.example", GOOGLE.subject) is None
    (identity,) = await world.people.identities(ann)
    with pytest.raises(NotFound):
        await world.people.unlink(bob, identity.identity_id)
    await world.people.unlink(ann, identity.identity_id)
    assert await world.people.identities(ann) == []


async def test_the_only_way_to_sign_in_is_not_unlinked(world: World) -> None:
    user_id, tenant_id = await world.people.create(
        NewPerson("ann@example.com", "Ann"), Entry(identity=GOOGLE)
    )
    ann = UserContext(user_id, tenant_id)
    (identity,) = await world.people.identities(ann)
    with pytest.raises(NotFound):
        await world.people.unlink(ann, identity.identity_id)
    await world.people.set_password(ann, "hash")
    await world.people.unlink(ann, identity.identity_id)


async def _tenant_names(world: World) -> list[str]:
    async with world.database.api.connection() as connection:
        rows = await (await connection.execute("SELECT name FROM tenants")).fetchall()
    return [row["name"] for row in rows]
