"""How workflows do: counted over their executions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.identity import UserContext
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("workflow_analytics")

#: Rows of each list, and failed executions that are looked at for where they failed.
_MOST_ROWS: Final = 100
_MOST_DAYS: Final = 400
_MOST_FAILED: Final = 2_000

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """Of executions that began from `since` on and before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Analytics:
    """The figures of a period."""

    whole: Row
    #: The busiest first.
    workflows: list[Row]
    days: list[Row]
    failures: list[Row]
    effects: list[Row]


class AnalyticsRepository:
    """Counts what a user's workflows did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, owner: UserContext, period: Period, workflow_id: UUID | None = None
    ) -> Analytics:
        """The figures of one of the owner's workflows, or of all."""
        parameters = _parameters(owner, period, workflow_id)
        async with self._database.transaction(owner) as connection:
            return Analytics(
                whole=(await _rows(connection, "whole", parameters))[0],
                workflows=await _rows(connection, "totals", parameters),
                days=await _rows(connection, "days", parameters | {"limit": _MOST_DAYS}),
                failures=await _rows(connection, "failures", parameters),
                effects=await _rows(connection, "effects", parameters),
            )

    async def whole(self, owner: UserContext, period: Period, workflow_id: UUID) -> Row:
        """The figures of one workflow, together."""
        async with self._database.acting_for(owner) as connection:
            parameters = _parameters(owner, period, workflow_id)
            return (await _rows(connection, "whole", parameters))[0]


def _parameters(owner: UserContext, period: Period, workflow_id: UUID | None) -> dict[str, Any]:
    return {
        "tenant_id": owner.tenant_id,
        "user_id": owner.user_id,
        "since": period.since,
        "until": period.until,
        "workflow_id": workflow_id,
        "limit": _MOST_ROWS,
        "most": _MOST_FAILED,
    }


async def _rows(connection: Connection, statement: str, parameters: dict[str, Any]) -> list[Row]:
    return list(await (await connection.execute(_SQL[statement], parameters)).fetchall())
