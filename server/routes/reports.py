"""Reports that agents wrote, and the summary of spend."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from domain.costs.anomalies import find_anomalies
from domain.costs.facts import Period
from domain.costs.json_data import as_json
from domain.costs.rendering_csv import render_csv
from domain.costs.rendering_html import render_html
from domain.costs.report_charts import all_charts, spend_charts
from domain.costs.spend import summarise_spend
from domain.errors import InvalidInput
from server.dependencies import ServicesDep, UserDep
from server.file_headers import file_headers
from server.pagination import OffsetDep
from server.shapes import problems
from storage.reports import ReportHead, StoredReport

router = APIRouter(tags=["reports"])


class ReportFormat(StrEnum):
    """What a report can be downloaded as."""

    MARKDOWN = "md"
    CSV = "csv"
    HTML = "html"


_MEDIA_TYPES = {
    ReportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.HTML: "text/html; charset=utf-8",
}


class ReportHeadShape(BaseModel):
    """What a list of reports shows."""

    report_id: UUID
    title: str
    created_at: datetime
    thread_id: UUID | None = Field(description="The conversation it was written in.")


class ReportShape(ReportHeadShape):
    """A report: as data, as Markdown, and its charts as SVG by the name of their table."""

    content: dict[str, Any] = Field(
        description="The analysis as data; amounts are USD, strings with six decimals."
    )
    markdown: str
    charts: dict[str, str]


class SpendShape(BaseModel):
    """Spend of a period, what stands out in it, and the charts as SVG."""

    coverage: dict[str, Any] = Field(description="What usage there is, and what it lacks.")
    spend: dict[str, Any] = Field(description="Totals by model, workload, team, user and day.")
    anomalies: dict[str, Any]
    charts: dict[str, str]


@router.get("/reports", responses=problems(422, 503))
async def list_reports(
    services: ServicesDep,
    user: UserDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 20,
    offset: OffsetDep = 0,
) -> list[ReportHeadShape]:
    """Your reports, newest first."""
    return [_head(head) for head in await services.reports.list(user, limit, offset)]


@router.get("/reports/{report_id}", responses=problems(404, 422, 503))
async def get_report(report_id: UUID, services: ServicesDep, user: UserDep) -> ReportShape:
    """One report with its charts."""
    stored = await services.reports.get(user, report_id)
    report = stored.report
    return ReportShape(
        **_head(stored.head).model_dump(),
        content=report.to_json(),
        markdown=stored.markdown,
        charts=dict(all_charts(report.spend, report.anomalies, report.savings)),
    )


@router.get(
    "/reports/{report_id}/download",
    response_class=Response,
    responses={
        200: {
            "description": "The report as a file.",
            "content": {kind.partition(";")[0]: {} for kind in _MEDIA_TYPES.values()},
        },
        **problems(404, 422, 503),
    },
)
async def download_report(
    report_id: UUID,
    services: ServicesDep,
    user: UserDep,
    format: Annotated[ReportFormat, Query(description="Which file.")] = ReportFormat.MARKDOWN,
) -> Response:
    """One report as Markdown, CSV (safe for spreadsheets) or a single HTML page."""
    stored = await services.reports.get(user, report_id)
    name = f"{_slug(stored.head.title)}-{stored.head.created_at:%Y-%m-%d}.{format.value}"
    return Response(
        _rendered(stored, format),
        media_type=_MEDIA_TYPES[format],
        headers=file_headers(name),
    )


@router.get("/usage/summary", responses=problems(422, 503))
async def summarise_usage(
    services: ServicesDep,
    user: UserDep,
    start: Annotated[
        datetime | None, Query(alias="from", description="First moment; UTC when it names no zone.")
    ] = None,
    end: Annotated[
        datetime | None, Query(alias="to", description="First moment after the period.")
    ] = None,
) -> SpendShape:
    """What was spent on what, which days stand out, and the charts of both."""
    period = Period(_utc(start), _utc(end))
    if period.start and period.end and period.start >= period.end:
        raise InvalidInput("The period ends before it starts. Let `to` be later than `from`.")
    facts = await services.usage.facts(user, period)
    spend, anomalies = summarise_spend(facts), find_anomalies(facts)
    return SpendShape.model_validate(
        {
            "coverage": as_json(facts.coverage),
            "spend": as_json(spend),
            "anomalies": as_json(anomalies),
            "charts": spend_charts(spend, anomalies),
        }
    )


def _head(head: ReportHead) -> ReportHeadShape:
    return ReportHeadShape.model_validate(head, from_attributes=True)


def _rendered(stored: StoredReport, kind: ReportFormat) -> str:
    if kind is ReportFormat.CSV:
        # The mark makes spreadsheets read it as UTF-8.
        return "\ufeff" + render_csv(stored.report)
    if kind is ReportFormat.HTML:
        return render_html(stored.report)
    return stored.markdown


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "report"


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
