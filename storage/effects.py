"""The ledger of effects in Postgres; what it says is committed when its methods return."""

from collections.abc import Mapping
from typing import Any, cast

from domain.identity import UserContext
from domain.workflows.effects import EffectCall, EffectEntry, EffectStatus
from storage.database import Database
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("effects")


class EffectRepository:
    """Keeps what runs of workflows intended and did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intend(self, user: UserContext, call: EffectCall) -> EffectEntry:
        """Note that a call is about to be made, unless it was already."""
        row = {
            **_key(user, call.key),
            "root_run_id": call.root_run_id,
            "thread_id": call.thread_id,
            "node_id": call.node_id,
            "path": call.path,
            "service": call.service,
            "task": call.task,
            "effect": call.effect,
            "request_hash": call.request_hash,
        }
        async with self._database.runs.connection() as connection, connection.transaction():
            found = await (await connection.execute(_SQL["note"], row)).fetchone()
            if found is None:
                found = await (await connection.execute(_SQL["repeat"], row)).fetchone()
        # The key is made of a root run, so the row is this user's.
        return _entry(cast(Mapping[str, Any], found), call.attempt)

    async def done(
        self, user: UserContext, key: str, result: Mapping[str, Any], reference: str | None
    ) -> None:
        """Note what came of it."""
        await self._settle(user, key, "done", to_json(dict(result)), reference)

    async def failed(self, user: UserContext, key: str, *, may_have_happened: bool) -> None:
        """Note that the call did not succeed."""
        await self._settle(user, key, "in_doubt" if may_have_happened else "failed", None, None)

    async def again(self, user: UserContext, call: EffectCall) -> None:
        """Note that a person wants a call in doubt to be made once more."""
        row = {**_key(user, call.key), "attempt": call.attempt}
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["again"], row)

    async def _settle(
        self, user: UserContext, key: str, status: EffectStatus, result: Any, reference: str | None
    ) -> None:
        row = {**_key(user, key), "status": status, "result": result, "reference": reference}
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["settle"], row)


def _entry(row: Mapping[str, Any], attempt: int) -> EffectEntry:
    if row["status"] == "done":
        return EffectEntry("done", row["result"], row["reference"])
    confirmations: Mapping[str, int] = row["result"] or {}
    # Answers about an earlier attempt are no answers about this one.
    is_of_this = confirmations.get("attempt", 1) == attempt
    return EffectEntry(row["status"], confirmed=confirmations.get("again", 0) if is_of_this else 0)


def _key(user: UserContext, key: str) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id, "effect_key": key}
