"""Reports are kept whole and shown to their tenant only."""

from uuid import uuid4

import pytest

from domain.costs.rendering_markdown import render_markdown
from domain.costs.reports import Report, build_report
from domain.errors import NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.reports import ReportRepository
from tests.domain.costs.facts_for_tests import PRICES, facts_of_groups, group

STRANGER = UserContext(user_id="eve", tenant_id="other")


def report(title: str = "Costs") -> Report:
    return build_report(facts_of_groups(group(is_waste=True)), PRICES, title)


async def test_a_report_comes_back_as_it_was_saved(database: Database) -> None:
    repository = ReportRepository(database)
    thread_id = uuid4()
    report_id = await repository.save(LOCAL_USER, report(), thread_id)
    stored = await repository.get(LOCAL_USER, report_id)
    assert stored.report == report()
    assert stored.markdown == render_markdown(report())
    assert (stored.head.report_id, stored.head.thread_id) == (report_id, thread_id)
    assert stored.head.title == "Costs"


async def test_the_list_is_newest_first_and_paged(database: Database) -> None:
    repository = ReportRepository(database)
    ids = [await repository.save(LOCAL_USER, report(f"r{n}"), None) for n in range(3)]
    heads = await repository.list(LOCAL_USER, limit=2)
    assert [head.report_id for head in heads] == [ids[2], ids[1]]
    assert [head.title for head in await repository.list(LOCAL_USER, 2, 2)] == ["r0"]


async def test_another_tenant_sees_nothing(database: Database) -> None:
    repository = ReportRepository(database)
    report_id = await repository.save(LOCAL_USER, report(), None)
    assert await repository.list(STRANGER) == []
    with pytest.raises(NotFound, match=str(report_id)):
        await repository.get(STRANGER, report_id)


async def test_text_that_postgres_refuses_is_cleaned(database: Database) -> None:
    repository = ReportRepository(database)
    report_id = await repository.save(LOCAL_USER, report("a\x00b"), None)
    assert (await repository.get(LOCAL_USER, report_id)).head.title == "ab"


async def test_saving_again_under_the_same_id_keeps_one(database: Database) -> None:
    repository, wanted = ReportRepository(database), uuid4()
    saved = [await repository.save(LOCAL_USER, report(title), None, wanted) for title in ("a", "b")]
    assert saved == [wanted, wanted]
    assert [head.title for head in await repository.list(LOCAL_USER)] == ["a"]
