"""Guessing a password takes longer and longer, whoever guesses from where."""

import asyncio

import pytest

from domain.errors import TooManyRequests
from storage.database import Database
from storage.login_throttle import check, clear_past, failed, succeeded

HOME, CAFE = "198.51.100.1", "203.0.113.7"


async def wrong(database: Database, email: str, address: str) -> None:
    await check(database, email, address)
    await failed(database, email, address)


async def waits(database: Database, email: str, address: str) -> int:
    """How long somebody is told to wait, seconds; 0 when not."""
    try:
        await check(database, email, address)
    except TooManyRequests as refusal:
        return refusal.again_in_s
    return 0


async def let_time_pass(database: Database) -> None:
    """As if everybody had waited."""
    async with database.runs.connection() as connection:
        await connection.execute("UPDATE login_failures SET may_again_at = '-infinity'")


async def test_the_delay_of_an_account_grows(database: Database) -> None:
    for _ in range(5):
        await wrong(database, "ann@example.com", HOME)
    delays: list[int] = []
    for _ in range(8):
        delays.append(await waits(database, "ann@example.com", HOME))
        await let_time_pass(database)
        await wrong(database, "ann@example.com", HOME)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_it_is_the_same_account_however_it_is_written(database: Database) -> None:
    for number in range(5):
        await wrong(database, (" Ann@Example.com", "ann@example.COM ")[number % 2], HOME)
    assert await waits(database, "ANN@example.com", CAFE) == 1
    assert await waits(database, "bob@example.com", CAFE) == 0


async def test_an_address_that_tries_many_accounts_waits_too(database: Database) -> None:
    for number in range(20):
        await wrong(database, f"person{number}@example.com", HOME)
    assert await waits(database, "another@example.com", HOME) == 1
    assert await waits(database, "another@example.com", CAFE) == 0


async def test_who_comes_in_starts_anew(database: Database) -> None:
    for _ in range(4):
        await wrong(database, "ann@example.com", HOME)
    await check(database, "ann@example.com", HOME)
    await succeeded(database, "ann@example.com", HOME)
    for _ in range(4):
        await wrong(database, "ann@example.com", HOME)
    assert await waits(database, "ann@example.com", HOME) == 0


async def test_coming_in_makes_no_room_for_guessing_others(database: Database) -> None:
    """Whoever has an account of their own cannot use it to forget what their address did."""
    for number in range(20):
        await wrong(database, f"person{number}@example.com", HOME)
        await let_time_pass(database)
        await check(database, "own@example.com", HOME)
        await succeeded(database, "own@example.com", HOME)
    await wrong(database, "another@example.com", HOME)
    assert await waits(database, "another@example.com", HOME) > 0


async def test_many_guesses_at_once_are_no_single_one(database: Database) -> None:
    async def guess() -> bool:
        return not await waits(database, "ann@example.com", HOME)

    assert sum(await asyncio.gather(*(guess() for _ in range(30)))) == 5


async def test_what_is_kept_names_nobody(database: Database) -> None:
    await wrong(database, "ann@example.com", HOME)
    async with database.runs.connection() as connection:
        rows = await (await connection.execute("SELECT subject FROM login_failures")).fetchall()
    assert {row["subject"].partition(" ")[0] for row in rows} == {"account", "address"}
    assert not any("ann" in row["subject"] for row in rows)


async def test_what_is_long_past_is_forgotten(database: Database) -> None:
    for _ in range(6):
        await let_time_pass(database)
        await wrong(database, "ann@example.com", HOME)
    async with database.runs.connection() as connection:
        await connection.execute(
            "UPDATE login_failures SET failed_at = failed_at - interval '25 hours', "
            "may_again_at = '-infinity'"
        )
    await wrong(database, "ann@example.com", HOME)
    assert await waits(database, "ann@example.com", HOME) == 0
    async with database.runs.connection() as connection:
        assert await clear_past(connection, 100) == 0
        await connection.execute(
            "UPDATE login_failures SET failed_at = failed_at - interval '25 hours'"
        )
        assert await clear_past(connection, 100) == 2


@pytest.mark.parametrize("odd", ["", "x" * 100_000, "a\x00b", "\ud800"])
async def test_any_text_may_be_tried(database: Database, odd: str) -> None:
    await wrong(database, odd, HOME)
