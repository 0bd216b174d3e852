"""Workflows as rows: drafts that nobody overwrites unseen, one live version, rights of others."""

import asyncio
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from domain.errors import NotAllowed, NotFound
from domain.identity import LOCAL_USER, UserContext
from domain.workflows.workflow import StaleDraft, TooManyWorkflows
from storage.assistants import AssistantRepository
from storage.audit_log import AuditLog, AuditSearch
from storage.database import Database
from storage.workflow_triggers import LiveTrigger
from storage.workflow_versions import WorkflowVersions
from storage.workflows import Limit, WorkflowRepository, WorkflowSearch
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import draft, made

COLLEAGUE = UserContext(user_id="other", tenant_id=LOCAL_USER.tenant_id)
STRANGER = UserContext(user_id=LOCAL_USER.user_id, tenant_id="elsewhere")


@pytest.fixture
def workflows(database: Database) -> WorkflowRepository:
    return WorkflowRepository(database)


async def rows(database: Database, table: str) -> list[dict[str, object]]:
    async with as_owner(database) as connection:
        query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
        return list(await (await connection.execute(query)).fetchall())


async def test_a_new_one_is_off_and_has_one_version(workflows: WorkflowRepository) -> None:
    one = await made(workflows, LOCAL_USER)
    assert (one.name, one.draft_version, one.active_version) == ("Thanks", 1, None)
    assert (one.status, one.rights, one.services) == ("inactive", "owner", ("log", "manual"))


async def test_a_stale_draft_is_refused_with_the_version_there_is(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    assert await workflows.save(LOCAL_USER, one, draft("Second", "better"), 1) == 2
    with pytest.raises(StaleDraft) as refused:
        await workflows.save(LOCAL_USER, one, draft("Lost"), 1)
    assert refused.value.facts == {"version": 2}
    notes, total = await WorkflowVersions(database).list(one, 10, 0)
    assert [(note.version, note.name, note.note) for note in notes] == [
        (2, "Second", "better"),
        (1, "Thanks", None),
    ]
    assert total == 2
    assert (await workflows.get(LOCAL_USER, one.workflow_id)).name == "Second"


async def test_of_two_that_save_over_the_same_version_one_wins(
    workflows: WorkflowRepository,
) -> None:
    one = await made(workflows, LOCAL_USER)
    saves = (workflows.save(LOCAL_USER, one, draft(f"{n}"), 1) for n in range(5))
    done = await asyncio.gather(*saves, return_exceptions=True)
    assert done.count(2) == 1
    assert sum(isinstance(each, StaleDraft) for each in done) == 4


async def test_going_live_swaps_triggers_and_puts_the_assistant(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    await workflows.save(LOCAL_USER, one, draft("Second"), None)
    for version, service in ((1, "manual"), (2, "razorpay")):
        await workflows.activate(LOCAL_USER, one, version, [LiveTrigger("begin", service, "start")])
        [trigger] = await rows(database, "workflow_triggers")
        assert (trigger["version"], trigger["service"]) == (version, service)
        assistant = await AssistantRepository(database).get(LOCAL_USER, one.workflow_id)
        assert (assistant.graph_id, assistant.version) == ("workflow", version)
        assert assistant.config["configurable"] == {
            "workflow_id": str(one.workflow_id),
            "workflow_version": version,
        }
    live = await workflows.get(LOCAL_USER, one.workflow_id)
    assert (live.active_version, live.status) == (2, "active")
    await workflows.deactivate(LOCAL_USER, live)
    assert await rows(database, "workflow_triggers") == []
    assert await rows(database, "assistants") == []
    assert (await workflows.get(LOCAL_USER, one.workflow_id)).active_version is None
    entries = await AuditLog(database).page(LOCAL_USER, AuditSearch(object_type="workflow"), 10)
    assert [entry.action.partition(".")[2] for entry in reversed(entries)] == [
        *("created", "saved", "activated", "activated", "deactivated"),
    ]


async def test_what_fails_on_the_way_to_life_changes_nothing(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    with pytest.raises(NotFound):
        await workflows.activate(LOCAL_USER, one, 7, [])
    assert await rows(database, "assistants") == []
    assert (await workflows.get(LOCAL_USER, one.workflow_id)).active_version is None


async def test_a_deleted_one_is_gone_but_its_versions_serve_what_runs(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    await workflows.activate(LOCAL_USER, one, 1, [LiveTrigger("begin", "manual", "start")])
    await workflows.delete(LOCAL_USER, one)
    assert await workflows.page(LOCAL_USER, WorkflowSearch()) == ([], 0)
    for refused in (
        workflows.get(LOCAL_USER, one.workflow_id),
        workflows.save(LOCAL_USER, one, draft(), None),
        workflows.delete(LOCAL_USER, one),
    ):
        with pytest.raises(NotFound):
            await refused
    assert await rows(database, "workflow_triggers") == []
    kept = await WorkflowVersions(database).version(LOCAL_USER, one.workflow_id, 1)
    assert kept.blueprint.name == "Thanks"


async def test_lists_are_filtered_sorted_and_cut(workflows: WorkflowRepository) -> None:
    names = ("b 100%", "A", "c")
    found = [await made(workflows, LOCAL_USER, name) for name in names]
    await workflows.activate(LOCAL_USER, found[1], 1, [])

    async def listed(**search: Any) -> list[str]:
        found, _ = await workflows.page(LOCAL_USER, WorkflowSearch(**search))
        return [each.name for each in found]

    assert await listed() == ["A", "c", "b 100%"]
    assert await listed(sort_by="name", descending=False) == ["A", "b 100%", "c"]
    assert await listed(sort_by="created_at") == ["c", "A", "b 100%"]
    assert await listed(status="active") == ["A"]
    assert await listed(status="inactive", sort_by="name") == ["c", "b 100%"]
    assert await listed(status="failing") == []
    assert await listed(text="0%") == ["b 100%"]
    assert await listed(service="log", limit=1, offset=1) == ["c"]
    assert await listed(service="slack") == []
    assert (await workflows.page(LOCAL_USER, WorkflowSearch(offset=9)))[1] == 3


async def test_there_are_so_many_of_one_user(database: Database) -> None:
    limited = WorkflowRepository(database, Limit(3, "GOLDENPATH_WORKFLOWS_PER_USER"))
    tries = (limited.create(LOCAL_USER, draft()) for _ in range(5))
    done = await asyncio.gather(*tries, return_exceptions=True)
    refused = [each for each in done if isinstance(each, TooManyWorkflows)]
    assert len(refused) == 2
    assert "GOLDENPATH_WORKFLOWS_PER_USER" in str(refused[0])
    assert await limited.create(COLLEAGUE, draft())


async def test_others_see_it_when_it_is_shared_and_do_what_they_may(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    for other in (COLLEAGUE, STRANGER):
        with pytest.raises(NotFound):
            await workflows.get(other, one.workflow_id)
    await workflows.share(LOCAL_USER, one, COLLEAGUE.user_id, "viewer")
    seen = await workflows.get(COLLEAGUE, one.workflow_id)
    assert (seen.rights, seen.user_id) == ("viewer", LOCAL_USER.user_id)
    assert [
        each.workflow_id for each in (await workflows.page(COLLEAGUE, WorkflowSearch()))[0]
    ] == [one.workflow_id]
    for forbidden in (
        workflows.save(COLLEAGUE, seen, draft(), None),
        workflows.activate(COLLEAGUE, seen, 1, []),
        workflows.delete(COLLEAGUE, seen),
        workflows.share(COLLEAGUE, seen, "third", "viewer"),
    ):
        with pytest.raises(NotAllowed):
            await forbidden
    await workflows.share(LOCAL_USER, one, COLLEAGUE.user_id, "editor")
    editing = await workflows.get(COLLEAGUE, one.workflow_id, "editor")
    assert await workflows.save(COLLEAGUE, editing, draft("Theirs"), 1) == 2
    [newest, _] = (await WorkflowVersions(database).list(editing, 10, 0))[0]
    assert newest.saved_by == COLLEAGUE.user_id
    with pytest.raises(NotAllowed):
        await workflows.delete(COLLEAGUE, editing)
    assert [share.rights for share in await workflows.shares(LOCAL_USER, one)] == ["editor"]
    await workflows.share(LOCAL_USER, one, COLLEAGUE.user_id, None)
    with pytest.raises(NotFound):
        await workflows.get(COLLEAGUE, one.workflow_id)
    with pytest.raises(NotFound):
        await workflows.share(LOCAL_USER, one, COLLEAGUE.user_id, None)


async def test_postgres_itself_shows_shared_ones_and_lets_nobody_change_them(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    await made(workflows, LOCAL_USER, "not shared")
    await workflows.share(LOCAL_USER, one, COLLEAGUE.user_id, "editor")
    async with database.acting_for(COLLEAGUE) as connection:
        for table in ("workflows", "workflow_versions", "workflow_shares"):
            name = sql.Identifier(table)
            query = sql.SQL("SELECT workflow_id FROM {}").format(name)
            rows_ = await (await connection.execute(query)).fetchall()
            assert [row["workflow_id"] for row in rows_] == [one.workflow_id]
            changed = await connection.execute(sql.SQL("DELETE FROM {}").format(name))
            assert changed.rowcount == 0
    async with database.acting_for(STRANGER) as connection:
        for table in ("workflows", "workflow_versions", "workflow_shares"):
            query = sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table))
            assert await (await connection.execute(query)).fetchall() == []


async def test_nobody_shares_what_is_anothers(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    put: LiteralString = (
        "INSERT INTO workflow_shares (workflow_id, tenant_id, user_id, member_id, rights)"
        " VALUES (%s, %s, %s, %s, 'editor')"
    )
    values = [one.workflow_id, COLLEAGUE.tenant_id, COLLEAGUE.user_id, "me"]
    async with database.acting_for(COLLEAGUE) as connection:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            await connection.execute(put, values)


async def test_a_version_of_anothers_is_not_there(
    database: Database, workflows: WorkflowRepository
) -> None:
    one = await made(workflows, LOCAL_USER)
    versions = WorkflowVersions(database)
    for user, workflow_id, version in (
        (COLLEAGUE, one.workflow_id, 1),
        (STRANGER, one.workflow_id, 1),
        (LOCAL_USER, one.workflow_id, 2),
        (LOCAL_USER, uuid4(), 1),
    ):
        with pytest.raises(NotFound):
            await versions.version(user, workflow_id, version)
