"""How often somebody may do something: counted in the database, for all processes together."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("rate_limits")


@dataclass(frozen=True, slots=True)
class Policy:
    """So many in so many seconds: at once if one likes, and then as they come back."""

    name: str
    most: int
    window_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Use:
    """One of a policy, for somebody: a user, a key, an address."""

    policy: Policy
    subject: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How a policy stands after it was used, or was not since it is used up."""

    policy: Policy
    fitted: bool
    remaining: int
    #: Until all of it is there again, if nothing more is used.
    full_in_s: int
    #: Until there is room for one more; means nothing while there is.
    again_in_s: int


async def count(database: Database, uses: Sequence[Use]) -> list[Quota]:
    """Use up one of each, in one statement; how each stands then, the uses' order by name."""
    ordered = sorted(uses, key=lambda use: (use.policy.name, use.subject))
    parameters = {
        "policies": [use.policy.name for use in ordered],
        "subjects": [use.subject for use in ordered],
        "most": [use.policy.most for use in ordered],
        "windows": [use.policy.window_s for use in ordered],
    }
    async with database.system.connection() as connection:
        cursor = await connection.execute(_SQL["count"], parameters, prepare=True)
        rows = await cursor.fetchall()
    return [
        Quota(use.policy, row["fitted"], row["remaining"], row["full_in_s"], row["again_in_s"])
        for use, row in zip(ordered, rows, strict=True)
    ]


async def clear_unused(connection: Connection, limit: int) -> int:
    """Delete some rows that say nothing any more; returns how many."""
    return (await connection.execute(_SQL["clear"], {"limit": limit})).rowcount
