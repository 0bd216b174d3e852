"""So many at once, and then as they come back: exactly, whoever asks at the same time."""

import asyncio

import pytest

from storage.database import Database, DatabaseLimits
from storage.rate_limits import Policy, Quota, Use, clear_unused, count

#: So slow that none comes back during a test.
SLOW = Policy("requests", 10, 36_000)


async def used(database: Database, *uses: Use) -> list[Quota]:
    return await count(database, list(uses))


@pytest.mark.parametrize("most", [1, 3, 7, 10])
async def test_the_policy_is_met_exactly(database: Database, most: int) -> None:
    use = Use(Policy("requests", most, 36_000), "user a b")
    quotas = [(await used(database, use))[0] for _ in range(most + 2)]
    assert [quota.fitted for quota in quotas] == [True] * most + [False] * 2
    assert [quota.remaining for quota in quotas] == [*range(most - 1, -1, -1), 0, 0]
    assert 36_000 / most - 60 < quotas[-1].again_in_s < 36_000 / most + 1
    assert quotas[-1].full_in_s in range(35_940, 36_001)


async def test_fifty_at_once_are_ten(database_url: str) -> None:
    """Also from several processes, as connections of several pools are."""
    limits = DatabaseLimits(api_connections=8)
    async with Database(database_url, limits) as first, Database(database_url, limits) as second:
        uses = [Use(SLOW, "user a b"), Use(Policy("runs", 10, 36_000), "user a b")]
        asked = [count((first, second)[n % 2], uses[:: 1 - 2 * (n % 2)]) for n in range(50)]
        answers = await asyncio.gather(*asked)
    for place in range(2):
        assert sum(quotas[place].fitted for quotas in answers) == 10


async def test_everybody_and_every_policy_has_its_own(database: Database) -> None:
    tight = Policy("runs", 1, 36_000)
    first = await used(database, Use(tight, "user a b"), Use(SLOW, "user a b"))
    assert [quota.fitted for quota in first] == [True, True]
    second = await used(database, Use(tight, "user a b"), Use(SLOW, "user a b"))
    # In the order of their names; what did not fit uses up nothing of the rest.
    assert [(quota.policy.name, quota.fitted, quota.remaining) for quota in second] == [
        ("requests", True, 8),
        ("runs", False, 0),
    ]
    assert (await used(database, Use(tight, "user a c")))[0].fitted


async def test_it_comes_back(database: Database) -> None:
    use = Use(SLOW, "user a b")
    assert [(await used(database, use))[0].fitted for _ in range(11)][-2:] == [True, False]
    async with database.runs.connection() as connection:
        # As if so much time had passed.
        await connection.execute(
            "UPDATE rate_limits SET unused_at = unused_at - interval '7201 seconds'"
        )
    assert [(await used(database, use))[0].fitted for _ in range(3)] == [True, True, False]


async def test_a_changed_limit_counts_at_once(database: Database) -> None:
    for _ in range(5):
        await used(database, Use(SLOW, "user a b"))
    # Half of it was used: half of the new one is left.
    lower = Use(Policy("requests", 2, 36_000), "user a b")
    assert [(await used(database, lower))[0].fitted for _ in range(2)] == [True, False]
    higher = Use(Policy("requests", 100, 360_000), "user a b")
    assert (await used(database, higher))[0].remaining == 89


async def test_what_says_nothing_any_more_is_cleared(database: Database) -> None:
    quick = Policy("requests", 1000, 0.001)
    for number in range(5):
        await used(database, Use(quick, f"user a {number}"))
    await used(database, Use(SLOW, "user a b"))
    async with database.runs.connection() as connection:
        assert await clear_unused(connection, 3) == 3
        assert await clear_unused(connection, 3) == 2
        assert await clear_unused(connection, 3) == 0
    assert (await used(database, Use(SLOW, "user a b")))[0].remaining == 8
