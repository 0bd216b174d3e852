"""Reports and the spend summary over the real application, on the bundled sample."""

from decimal import Decimal
from uuid import UUID, uuid4
from xml.etree import ElementTree

import httpx
import pytest

from domain.costs.prices import PriceBook
from domain.costs.reports import build_report
from domain.identity import LOCAL_USER
from server.services import Services


async def saved_report(services: Services, title: str = "Costs: March/April") -> UUID:
    """A report on the bundled sample, as the report agent keeps it."""
    await services.usage_imports.import_sample(LOCAL_USER, "gpt-4o")
    facts = await services.usage.facts(LOCAL_USER)
    return await services.reports.save(LOCAL_USER, build_report(facts, PriceBook(), title), None)


async def test_the_summary_of_the_sample(api: httpx.AsyncClient, services: Services) -> None:
    await services.usage_imports.import_sample(LOCAL_USER, "gpt-4o")
    body = (await api.get("/usage/summary")).json()
    spend = body["spend"]
    # 40,421,844 x 2.5 + 4,334,561 x 10 USD per million = 101.05461 + 43.34561.
    assert spend["total_usd"] == "144.400220"
    assert [line["label"] for line in spend["by_workload"]] == ["conversation", "code"]
    assert sum(Decimal(line["cost_usd"]) for line in spend["by_model"]) == Decimal("144.400220")
    assert body["anomalies"]["sufficiency"] == "insufficient"
    assert body["coverage"]["request_count"] == 8_819 + 19_366
    assert set(body["charts"]) == {"spend_by_workload", "spend_by_model"}
    for chart in body["charts"].values():
        assert ElementTree.fromstring(chart).attrib["role"] == "img"


async def test_the_summary_of_a_period(api: httpx.AsyncClient, services: Services) -> None:
    await services.usage_imports.import_sample(LOCAL_USER, "gpt-4o")
    before = (await api.get("/usage/summary", params={"to": "2023-11-16"})).json()
    assert before["spend"]["total_usd"] == "0.000000"
    first_half = (await api.get("/usage/summary", params={"to": "2023-11-16T18:45:00Z"})).json()
    second = {"from": "2023-11-16T18:45:00Z", "to": "2023-11-17"}
    second_half = (await api.get("/usage/summary", params=second)).json()
    total = sum(Decimal(half["spend"]["total_usd"]) for half in (first_half, second_half))
    assert total == Decimal("144.400220")


async def test_a_period_that_ends_before_it_starts_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/usage/summary", params={"from": "2026-02-01", "to": "2026-01-01"})
    assert answer.status_code == 422
    assert "ends before it starts" in answer.json()["detail"]


async def test_without_usage_the_summary_says_what_is_missing(api: httpx.AsyncClient) -> None:
    body = (await api.get("/usage/summary")).json()
    assert body["coverage"]["is_empty"] is True
    assert body["coverage"]["missing"][0]["field"] == "usage"
    assert body["charts"] == {}


async def test_a_report_is_listed_and_shown(api: httpx.AsyncClient, services: Services) -> None:
    report_id = await saved_report(services)
    (head,) = (await api.get("/reports")).json()
    assert (head["report_id"], head["title"]) == (str(report_id), "Costs: March/April")
    body = (await api.get(f"/reports/{report_id}")).json()
    assert body["content"]["spend"]["total_usd"] == "144.400220"
    assert body["markdown"].startswith("# Costs: March/April")
    assert "savings" in body["charts"]


@pytest.mark.parametrize(
    ("kind", "media_type", "start"),
    [
        ("md", "text/markdown", "# Costs: March/April"),
        ("csv", "text/csv", "\ufeffCosts: March/April"),
        ("html", "text/html", "<!doctype html>"),
    ],
)
async def test_a_report_downloads_as_a_file(
    api: httpx.AsyncClient, services: Services, kind: str, media_type: str, start: str
) -> None:
    report_id = await saved_report(services)
    answer = await api.get(f"/reports/{report_id}/download", params={"format": kind})
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="costs-march-april-'
    )
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    assert answer.text.startswith(start)


async def test_an_unknown_report_or_format_is_refused(
    api: httpx.AsyncClient, services: Services
) -> None:
    missing = await api.get(f"/reports/{uuid4()}")
    assert missing.status_code == 404
    assert "There is no report" in missing.json()["detail"]
    report_id = await saved_report(services)
    unknown = await api.get(f"/reports/{report_id}/download", params={"format": "docx"})
    assert unknown.status_code == 422
