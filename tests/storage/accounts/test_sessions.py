"""Sign-ins end by time, by hand, with their membership, and when a token comes twice."""

import asyncio

import pytest

from domain.errors import NotFound, NotSignedIn
from domain.identity import UserContext
from storage.accounts.sessions import Opened, Visitor
from tests.storage.accounts.world import World, hashed


async def browser(world: World, user: UserContext, token: str = "cookie") -> Opened:
    visitor = Visitor("192.0.2.7", "curl/8")
    opened = await world.sessions.open_browser(user.user_id, hashed(token), visitor)
    assert opened is not None
    return opened


async def client(world: World, user: UserContext, token: str = "r1") -> Opened:
    opened = await world.sessions.open_api(user.user_id, hashed(token), Visitor())
    assert opened is not None
    return opened


async def is_good(world: World, token: str = "cookie") -> bool:
    try:
        await world.sessions.by_cookie(hashed(token))
    except NotSignedIn:
        return False
    return True


async def test_a_cookie_is_its_owners(world: World) -> None:
    ann = await world.owner("ann")
    opened = await browser(world, ann)
    found = await world.sessions.by_cookie(hashed("cookie"))
    assert (found.session_id, found.user, found.user.role) == (opened.session_id, ann, "owner")
    assert not await is_good(world, "guessed")


async def test_who_is_a_member_of_nothing_cannot_sign_in(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "member")
    await world.members.remove(ann, bob.user_id)
    assert await world.sessions.open_browser(bob.user_id, hashed("c"), Visitor()) is None
    assert await world.sessions.open_api(bob.user_id, hashed("r"), Visitor()) is None


async def test_an_unused_sign_in_ends_and_use_keeps_it(world: World) -> None:
    ann = await world.owner("ann")
    await browser(world, ann)
    for _ in range(3):
        await world.let_pass(hours=20)
        assert await is_good(world)
    await world.let_pass(hours=25)
    assert not await is_good(world)


async def test_no_sign_in_lasts_longer_than_the_longest(world: World) -> None:
    ann = await world.owner("ann")
    await browser(world, ann)
    for _ in range(11):
        await world.let_pass(hours=20)
        await is_good(world)
    await world.let_pass(hours=20)
    assert not await is_good(world)
    assert await world.sessions.list(ann) == []


async def test_a_revoked_sign_in_is_good_no_more(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    opened = await browser(world, ann)
    with pytest.raises(NotFound):
        await world.sessions.revoke(eve, opened.session_id)
    assert await is_good(world)
    await world.sessions.revoke(ann, opened.session_id)
    assert not await is_good(world)
    with pytest.raises(NotFound):
        await world.sessions.revoke(ann, opened.session_id)


async def test_the_list_says_from_where(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    await browser(world, eve, "eve's")
    await client(world, ann)
    await browser(world, ann)
    listed = await world.sessions.list(ann)
    assert {session.kind for session in listed} == {"browser", "api"}
    assert {session.address for session in listed} == {"192.0.2.7", None}


async def test_all_but_one_can_be_ended(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    kept = await browser(world, ann, "kept")
    await browser(world, ann, "other")
    await browser(world, eve, "eve's")
    await world.sessions.revoke_others(ann, kept.session_id)
    assert [await is_good(world, token) for token in ("kept", "other", "eve's")] == [
        True,
        False,
        True,
    ]


async def test_an_access_token_is_good_as_long_as_its_sign_in(world: World) -> None:
    ann, eve = await world.owner("ann"), await world.owner("eve")
    opened = await client(world, ann)
    assert (await world.sessions.by_id(ann.user_id, opened.session_id)).user == ann
    with pytest.raises(NotSignedIn):
        await world.sessions.by_id(eve.user_id, opened.session_id)
    await world.sessions.revoke(ann, opened.session_id)
    with pytest.raises(NotSignedIn):
        await world.sessions.by_id(ann.user_id, opened.session_id)


async def test_a_browsers_sign_in_gives_no_access_tokens(world: World) -> None:
    ann = await world.owner("ann")
    opened = await browser(world, ann)
    with pytest.raises(NotSignedIn):
        await world.sessions.by_id(ann.user_id, opened.session_id)


async def test_a_refresh_token_is_exchanged_once_and_a_second_time_ends_all(world: World) -> None:
    ann = await world.owner("ann")
    opened = await client(world, ann)
    rotated = await world.sessions.rotate(hashed("r1"), hashed("r2"))
    assert (rotated.session_id, rotated.user_id) == (opened.session_id, ann.user_id)
    await world.sessions.rotate(hashed("r2"), hashed("r3"))
    with pytest.raises(NotSignedIn):
        await world.sessions.rotate(hashed("r1"), hashed("stolen"))
    for token in ("r3", "stolen"):
        with pytest.raises(NotSignedIn):
            await world.sessions.rotate(hashed(token), hashed("more"))
    with pytest.raises(NotSignedIn):
        await world.sessions.by_id(ann.user_id, opened.session_id)


async def test_of_two_exchanges_at_once_one_is_a_theft(world: World) -> None:
    ann = await world.owner("ann")
    await client(world, ann)
    results = await asyncio.gather(
        *(world.sessions.rotate(hashed("r1"), hashed(f"next {n}")) for n in range(2)),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(NotSignedIn) == 1
    assert await world.sessions.list(ann) == []


@pytest.mark.parametrize("hours", [25.0, 300.0])
async def test_an_old_refresh_token_is_good_no_more(world: World, hours: float) -> None:
    await client(world, await world.owner("ann"))
    await world.let_pass(hours)
    with pytest.raises(NotSignedIn):
        await world.sessions.rotate(hashed("r1"), hashed("r2"))


async def test_signing_out_ends_what_the_token_is_of(world: World) -> None:
    ann = await world.owner("ann")
    await browser(world, ann)
    await client(world, ann)
    await world.sessions.revoke_cookie(hashed("cookie"))
    assert [session.kind for session in await world.sessions.list(ann)] == ["api"]
    await world.sessions.rotate(hashed("r1"), hashed("r2"))
    await world.sessions.revoke_refresh_token(hashed("r1"))
    assert await world.sessions.list(ann) == []


async def test_a_sign_in_goes_over_to_another_tenant_and_comes_back_there(world: World) -> None:
    ann, bob = await world.owner("ann"), await world.owner("bob")
    opened = await browser(world, bob)
    with pytest.raises(NotFound):
        await world.sessions.switch_tenant(bob, opened.session_id, ann.tenant_id)
    await world.invitations.create(ann, hashed("t"), "viewer", None)
    await world.people.accept(bob, hashed("t"))
    await world.sessions.switch_tenant(bob, opened.session_id, ann.tenant_id)
    user = (await world.sessions.by_cookie(hashed("cookie"))).user
    assert (user.user_id, user.tenant_id, user.role) == (bob.user_id, ann.tenant_id, "viewer")
    await browser(world, bob, "next time")
    assert (await world.sessions.by_cookie(hashed("next time"))).user.tenant_id == ann.tenant_id


async def test_what_ended_long_ago_is_forgotten(world: World) -> None:
    ann = await world.owner("ann")
    opened = await browser(world, ann, "ended")
    await world.sessions.revoke(ann, opened.session_id)
    await browser(world, ann)
    await world.sessions.forget_old()
    assert await _count(world) == 2
    async with world.database.api.connection() as connection:
        await connection.execute("UPDATE sessions SET revoked_at = revoked_at - interval '31 days'")
    await world.sessions.forget_old()
    assert await _count(world) == 1
    assert await is_good(world)


async def _count(world: World) -> int:
    async with world.database.api.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM sessions")).fetchone()
    assert row
    return row["n"]
