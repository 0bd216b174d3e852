"""Threads belong to one user of one tenant, and are found by their title."""

from uuid import uuid4

import pytest

from domain.errors import Conflict, NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.run_events import ArtifactRepository
from storage.threads import ThreadRepository, delete_thread, lock_thread
from tests.storage.pens import pen_of_new_thread

STRANGERS = [UserContext("other", "local"), UserContext("local", "other")]


@pytest.fixture
def threads(database: Database) -> ThreadRepository:
    return ThreadRepository(database)


async def titled(threads: ThreadRepository, *titles: str) -> None:
    for title in titles:
        await threads.create(LOCAL_USER, uuid4(), {"title": title})


async def found(threads: ThreadRepository, text: str | None) -> list[str]:
    page, total = await threads.search(LOCAL_USER, text, 100, 0)
    assert total == len(page)
    return [str(thread.metadata["title"]) for thread in page]


async def test_a_new_thread_is_idle_and_empty(threads: ThreadRepository) -> None:
    thread_id = uuid4()
    thread = await threads.create(LOCAL_USER, thread_id, {"title": "Costs"})
    assert thread == await threads.get(LOCAL_USER, thread_id)
    assert (thread.status, thread.values, thread.interrupts) == ("idle", None, {})
    assert thread.metadata == {"title": "Costs"}
    assert thread.state_updated_at is None


async def test_an_id_is_taken_once(threads: ThreadRepository) -> None:
    thread_id = uuid4()
    await threads.create(LOCAL_USER, thread_id, {})
    for user in (LOCAL_USER, *STRANGERS):
        with pytest.raises(Conflict, match="Choose another id"):
            await threads.create(user, thread_id, {})


@pytest.mark.parametrize("stranger", STRANGERS, ids=["another user", "another tenant"])
async def test_strangers_see_and_change_nothing(
    database: Database, threads: ThreadRepository, stranger: UserContext
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {"title": "Costs"})
    with pytest.raises(NotFound):
        await threads.get(stranger, thread.thread_id)
    with pytest.raises(NotFound):
        await threads.merge_metadata(stranger, thread.thread_id, {"title": "Mine"})
    assert await threads.search(stranger, None, 10, 0) == ([], 0)
    for change in (lock_thread, delete_thread):
        with pytest.raises(NotFound):
            async with database.transaction() as connection:
                await change(connection, stranger, thread.thread_id)
    assert await threads.get(LOCAL_USER, thread.thread_id) == thread


async def test_metadata_is_laid_over_the_old(threads: ThreadRepository) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {"title": "Costs", "kept": 1})
    merged = await threads.merge_metadata(LOCAL_USER, thread.thread_id, {"title": "Bills"})
    assert merged.metadata == {"title": "Bills", "kept": 1}
    assert merged.updated_at > thread.updated_at


async def test_the_newest_thread_comes_first(threads: ThreadRepository) -> None:
    await titled(threads, "first", "second", "third")
    assert await found(threads, None) == ["third", "second", "first"]


async def test_a_title_is_found_by_any_part_of_it_in_any_case(threads: ThreadRepository) -> None:
    await titled(threads, "Cost of GPT", "Bills")
    assert await found(threads, "of gpt") == ["Cost of GPT"]
    assert await found(threads, "nothing") == []


@pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "%", "_", "\\"])
async def test_what_is_searched_for_is_taken_literally(
    threads: ThreadRepository, text: str
) -> None:
    await titled(threads, "plain", "axb", "1000", f"<{text}>")
    assert await found(threads, text) == [f"<{text}>"]


async def test_pages_are_stable_and_know_the_total(threads: ThreadRepository) -> None:
    await titled(threads, *(str(number) for number in range(7)))
    seen: list[object] = []
    for offset in (0, 3, 6):
        page, total = await threads.search(LOCAL_USER, None, 3, offset)
        assert total == 7
        seen += [thread.metadata["title"] for thread in page]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_page_behind_the_last_still_knows_the_total(threads: ThreadRepository) -> None:
    await titled(threads, "one", "two")
    assert await threads.search(LOCAL_USER, None, 10, 5) == ([], 2)


async def test_deleting_a_thread_deletes_what_it_owned(
    database: Database, threads: ThreadRepository
) -> None:
    pen = await pen_of_new_thread(database)
    artifacts = ArtifactRepository(database)
    artifact = await artifacts.save(LOCAL_USER, pen.thread_id, "text/plain", b"x")
    async with database.transaction() as connection:
        await delete_thread(connection, LOCAL_USER, pen.thread_id)
    with pytest.raises(NotFound):
        await threads.get(LOCAL_USER, pen.thread_id)
    with pytest.raises(NotFound):
        await artifacts.get(LOCAL_USER, artifact)
