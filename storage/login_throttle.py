"""Guessing passwords takes longer and longer, for an account and for an address.

`check` goes before the password is looked at, then `failed` or `succeeded`. An attempt counts from
its `check` on, so that many at the same time are not one.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from domain.errors import TooManyRequests
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("login_throttle")

#: A subject that did not fail for so long starts anew.
_MEMORY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is throttled: so many attempts without a wait, then 1 s, 2 s, 4 s up to the longest."""

    free: int
    longest_s: int

    def delay_s(self, failures: int) -> int:
        """The wait after so many failures."""
        over = failures - self.free
        return 0 if over < 0 else min(2 ** min(over, 20), self.longest_s)


#: A minute is enough against guessing, and nobody can lock somebody else out for longer.
_ACCOUNT: Final = _Kind(free=5, longest_s=60)
#: Behind one address may be many people.
_ADDRESS: Final = _Kind(free=20, longest_s=900)


async def check(database: Database, email: str, address: str) -> None:
    """Whether an attempt may be made now, which then counts; raises `TooManyRequests`."""
    kinds = _subjects(email, address)
    async with database.system_transaction() as connection:
        rows = await _lock(connection, list(kinds))
        wait_s = max(row["wait_s"] or 0 for row in rows)
        if wait_s:
            raise TooManyRequests("Too many attempts to sign in", wait_s)
        await _count(connection, kinds, rows, more=1)


async def failed(database: Database, email: str, address: str) -> None:
    """It was the wrong password: the wait begins now."""
    kinds = _subjects(email, address)
    async with database.system_transaction() as connection:
        await _count(connection, kinds, await _lock(connection, list(kinds)), more=0)


async def succeeded(database: Database, email: str, address: str) -> None:
    """It was the account's owner: what was counted for it is forgotten."""
    account, from_address = _subjects(email, address)
    async with database.system_transaction() as connection:
        await _lock(connection, [account, from_address])
        await connection.execute(_SQL["forget"], {"subject": account})
        await connection.execute(_SQL["give_back"], {"subject": from_address})


async def clear_past(connection: Connection, limit: int) -> int:
    """Delete some rows that are long past; returns how many."""
    parameters = {"memory_s": _MEMORY_S, "limit": limit}
    return (await connection.execute(_SQL["clear"], parameters)).rowcount


def _subjects(email: str, address: str) -> dict[str, _Kind]:
    # A digest: whatever is typed into the field of an address need not be kept, or be short.
    account = hashlib.sha256(email.strip().casefold().encode(errors="replace")).hexdigest()
    return {f"account {account}": _ACCOUNT, f"address {address}": _ADDRESS}


async def _lock(connection: Connection, subjects: list[str]) -> list[dict[str, Any]]:
    await connection.execute(_SQL["remember"], {"subjects": subjects})
    parameters = {"subjects": subjects, "memory_s": _MEMORY_S}
    return await (await connection.execute(_SQL["lock"], parameters)).fetchall()


async def _count(
    connection: Connection, kinds: dict[str, _Kind], rows: list[dict[str, Any]], more: int
) -> None:
    for row in rows:
        failures = row["failures"] + more
        parameters = {
            "subject": row["subject"],
            "failures": failures,
            "delay_s": kinds[row["subject"]].delay_s(failures),
        }
        await connection.execute(_SQL["count"], parameters)
