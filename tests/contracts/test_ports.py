"""What agents may rely on, of the ports in memory and of those over Postgres alike."""

from dataclasses import dataclass
from uuid import uuid4

import pytest

from domain.costs.prices import PriceBook
from domain.costs.reports import build_report
from domain.costs.spend import summarise_spend
from domain.identity import UserContext
from domain.ports import ReportStore, SampleImporter, UsageSource
from storage.database import Database
from storage.reports import ReportRepository
from storage.usage import UsageRepository
from storage.usage_imports import UsageImporter
from tests.standins.ports import MemoryPorts

ANN = UserContext("ann", "acme")
EVE = UserContext("eve", "other")
MODEL = "gpt-4o"


@dataclass(frozen=True)
class Both:
    """The ports of one side."""

    usage: UsageSource
    samples: SampleImporter
    reports: ReportStore


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest, database: Database) -> Both:
    if request.param == "memory":
        memory = MemoryPorts()
        return Both(memory.usage, memory.samples, memory.reports)
    return Both(UsageRepository(database), UsageImporter(database), ReportRepository(database))


async def test_without_an_import_there_is_nothing(ports: Both) -> None:
    coverage, facts = await ports.usage.coverage(ANN), await ports.usage.facts(ANN)
    assert coverage.is_empty
    assert facts.coverage.is_empty
    assert list(facts.days) == []


async def test_the_sample_is_priced_calls_of_two_workloads_to_one_model(ports: Both) -> None:
    await ports.samples.import_sample(ANN, MODEL)
    coverage, facts = await ports.usage.coverage(ANN), await ports.usage.facts(ANN)
    assert facts.coverage == coverage
    assert list(coverage.models) == [MODEL]
    spend = summarise_spend(facts)
    workloads = {day.workload for day in facts.days}
    assert len(workloads) == 2
    assert {line.label for line in spend.by_workload} == workloads
    assert coverage.request_count > 0
    assert sum(line.requests for line in spend.by_workload) == coverage.request_count
    assert [line.label for line in spend.by_model] == [MODEL]
    assert spend.by_model[0].cost_usd > 0


async def test_the_sample_again_changes_nothing(ports: Both) -> None:
    await ports.samples.import_sample(ANN, MODEL)
    once = await ports.usage.coverage(ANN)
    await ports.samples.import_sample(ANN, MODEL)
    assert await ports.usage.coverage(ANN) == once


async def test_nobody_sees_another_tenants_usage(ports: Both) -> None:
    await ports.samples.import_sample(ANN, MODEL)
    assert (await ports.usage.coverage(EVE)).is_empty
    assert (await ports.usage.facts(EVE)).coverage.is_empty


async def test_a_report_is_kept_once_under_its_id(ports: Both) -> None:
    report = build_report(await ports.usage.facts(ANN), PriceBook())
    wanted = uuid4()
    assert await ports.reports.save(ANN, report, None, wanted) == wanted
    assert await ports.reports.save(ANN, report, None, wanted) == wanted
    assert await ports.reports.save(ANN, report, None) != wanted
