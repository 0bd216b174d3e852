"""How workflows do: counted over their executions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from domain.identity import UserContext
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("workflow_analytics")

#: Rows of each list, and failed executions that are looked at for where they failed.
_MOST_ROWS: Final = 100
_MOST_STEPS: Final = 400
_MOST_FAILED: Final = 2_000
#: Executions whose costs are added up: their logs are read for it.
_MOST_PRICED: Final = 10_000

#: No longer periods are shown by the hour.
_SHORT: Final = timedelta(days=3)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """Of executions that began from `since` on and before `until`."""

    since: datetime
    until: datetime

    @property
    def step(self) -> Literal["hour", "day"]:
        """What its figures are drawn by."""
        return "hour" if self.until - self.since <= _SHORT else "day"


@dataclass(frozen=True, slots=True)
class Analytics:
    """The figures of a period."""

    whole: Row
    #: The busiest first.
    workflows: list[Row]
    #: Each hour or day with executions.
    series: list[Row]
    costs: list[Row]
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
        by_step = parameters | {"step": period.step, "limit": _MOST_STEPS}
        async with self._database.transaction(owner) as connection:
            return Analytics(
                whole=(await _rows(connection, "whole", parameters))[0],
                workflows=await _rows(connection, "totals", parameters),
                series=await _rows(connection, "series", by_step),
                costs=await _rows(connection, "costs", by_step | {"most": _MOST_PRICED}),
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
