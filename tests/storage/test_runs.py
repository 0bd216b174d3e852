"""Runs belong to one user of one tenant, and are listed newest first in stable pages."""

from uuid import UUID, uuid4

import pytest

from domain.errors import NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.runs import NewRun, RunRepository, insert_run, lock_run
from storage.threads import ThreadRepository
from tests.storage.owner import as_owner

STRANGERS = [UserContext("other", "local"), UserContext("local", "other")]


@pytest.fixture
def runs(database: Database) -> RunRepository:
    return RunRepository(database)


async def a_thread(database: Database) -> UUID:
    return (await ThreadRepository(database).create(LOCAL_USER, uuid4(), {})).thread_id


async def start(database: Database, thread_id: UUID, **more: object) -> UUID:
    fields = {"kwargs": {}, "metadata": {}, "thread_metadata": {}, **more}
    new = NewRun(uuid4(), thread_id, "data", "data", **fields)  # pyright: ignore[reportArgumentType]
    async with as_owner(database) as connection:
        return (await insert_run(connection, LOCAL_USER, new)).run_id


async def test_a_new_run_waits_and_makes_its_thread_busy(
    database: Database, runs: RunRepository
) -> None:
    thread_id = await a_thread(database)
    run_id = await start(database, thread_id, kwargs={"input": "a\x00b"}, metadata={"a": 1})
    run = await runs.get(LOCAL_USER, run_id)
    assert (run.status, run.attempt, run.end_status) == ("pending", 0, None)
    assert (run.kwargs, run.metadata) == ({"input": "ab"}, {"a": 1})
    assert (await ThreadRepository(database).get(LOCAL_USER, thread_id)).status == "busy"


async def test_a_title_is_given_once(database: Database) -> None:
    thread_id = await a_thread(database)
    for title in ("first", "second"):
        await start(database, thread_id, thread_metadata={"title": title})
    thread = await ThreadRepository(database).get(LOCAL_USER, thread_id)
    assert thread.metadata == {"title": "first", "graph_id": "data", "assistant_id": "data"}


@pytest.mark.parametrize("stranger", STRANGERS, ids=["another user", "another tenant"])
async def test_strangers_see_nothing(
    database: Database, runs: RunRepository, stranger: UserContext
) -> None:
    thread_id = await a_thread(database)
    run_id = await start(database, thread_id)
    with pytest.raises(NotFound):
        await runs.get(stranger, run_id)
    assert await runs.of_thread(stranger, thread_id, 10, 0) == []
    with pytest.raises(NotFound):
        async with as_owner(database) as connection:
            await lock_run(connection, stranger, run_id)


async def test_the_newest_run_comes_first_in_stable_pages(
    database: Database, runs: RunRepository
) -> None:
    thread_id = await a_thread(database)
    started = [await start(database, thread_id) for _ in range(5)]
    await start(database, await a_thread(database))
    pages = [await runs.of_thread(LOCAL_USER, thread_id, 2, offset) for offset in (0, 2, 4, 6)]
    assert [run.run_id for page in pages for run in page] == started[::-1]
    assert pages[-1] == []


async def test_a_run_that_does_not_exist_is_not_found(runs: RunRepository) -> None:
    with pytest.raises(NotFound, match="There is no run"):
        await runs.get(LOCAL_USER, uuid4())
