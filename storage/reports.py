"""Reports that agents wrote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from domain.costs.rendering_markdown import render_markdown
from domain.costs.reports import Report
from domain.errors import NotFound
from domain.identity import UserContext
from storage.database import Database
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("reports")


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What a list of reports shows."""

    report_id: UUID
    thread_id: UUID | None
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report as it was kept."""

    head: ReportHead
    report: Report
    #: As it was shown when the report was made.
    markdown: str


class ReportRepository:
    """Keeps reports; a tenant's users see each other's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self,
        user: UserContext,
        report: Report,
        thread_id: UUID | None,
        report_id: UUID | None = None,
    ) -> UUID:
        """Keep a report; returns its id. Saving again under the same id changes nothing."""
        report_id = report_id or uuid4()
        parameters = {
            "report_id": report_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "thread_id": thread_id,
            "title": report.title.replace("\x00", ""),
            "content": to_json(report.to_json()),
            "markdown": render_markdown(report).replace("\x00", ""),
        }
        async with self._database.transaction(user) as connection:
            await connection.execute(_SQL["insert"], parameters)
        return report_id

    async def get(self, user: UserContext, report_id: UUID) -> StoredReport:
        """One report; raises `NotFound`."""
        parameters = {"tenant_id": user.tenant_id, "report_id": report_id}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["get"], parameters)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("report", str(report_id))
        head = ReportHead(row["report_id"], row["thread_id"], row["title"], row["created_at"])
        return StoredReport(head, Report.from_json(row["content"]), row["markdown"])

    async def list(self, user: UserContext, limit: int = 20, offset: int = 0) -> list[ReportHead]:
        """The tenant's reports, newest first."""
        parameters = {"tenant_id": user.tenant_id, "limit": limit, "offset": offset}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["list"], parameters)
            return [ReportHead(**row) for row in await cursor.fetchall()]
