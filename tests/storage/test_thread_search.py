"""A user's threads are found by what they are, in any order, page by page."""

from uuid import uuid4

import pytest

from domain.identity import LOCAL_USER
from storage.database import Database
from storage.threads import ThreadOrder, ThreadRepository, ThreadSearch
from tests.storage.reached import reach
from tests.storage.workflow_rows import failed_execution


@pytest.fixture
def threads(database: Database) -> ThreadRepository:
    return ThreadRepository(database)


async def titled(threads: ThreadRepository, *titles: str) -> None:
    for title in titles:
        await threads.create(LOCAL_USER, uuid4(), {"title": title})


async def found(threads: ThreadRepository, text: str | None) -> list[str]:
    page, total = await threads.search(LOCAL_USER, ThreadSearch(title=text, limit=100))
    assert total == len(page)
    return [str(thread.metadata["title"]) for thread in page]


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
        page, total = await threads.search(LOCAL_USER, ThreadSearch(limit=3, offset=offset))
        assert total == 7
        seen += [thread.metadata["title"] for thread in page]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_page_behind_the_last_still_knows_the_total(threads: ThreadRepository) -> None:
    await titled(threads, "one", "two")
    assert await threads.search(LOCAL_USER, ThreadSearch(offset=5)) == ([], 2)


SEARCHES: dict[str, tuple[ThreadSearch, set[str]]] = {
    "everything": (ThreadSearch(), {"a", "b", "c"}),
    "a piece of metadata": (ThreadSearch(metadata={"graph_id": "one"}), {"a", "b"}),
    "a deep piece of metadata": (ThreadSearch(metadata={"tags": {"team": "x"}}), {"b"}),
    "two pieces": (ThreadSearch(metadata={"graph_id": "one", "title": "a"}), {"a"}),
    "values": (ThreadSearch(values={"messages": [{"type": "human"}]}), {"b"}),
    "a status": (ThreadSearch(status="interrupted"), {"c"}),
    "values without any": (ThreadSearch(values={"count": 7}), set()),
    "no ids": (ThreadSearch(ids=[]), set()),
    "a NUL": (ThreadSearch(metadata={"title": "\0a"}), {"a"}),
}


@pytest.mark.parametrize(("search", "wanted"), SEARCHES.values(), ids=SEARCHES)
async def test_threads_are_found_by_what_they_are(
    database: Database, threads: ThreadRepository, search: ThreadSearch, wanted: set[str]
) -> None:
    await threads.create(LOCAL_USER, uuid4(), {"title": "a", "graph_id": "one"})
    second = await threads.create(
        LOCAL_USER, uuid4(), {"title": "b", "graph_id": "one", "tags": {"team": "x", "n": 1}}
    )
    third = await threads.create(LOCAL_USER, uuid4(), {"title": "c", "graph_id": "two"})
    await reach(database, second.thread_id, {"messages": [{"type": "human", "content": "Hi"}]})
    await reach(database, third.thread_id, {"count": 1}, "interrupted")
    page, total = await threads.search(LOCAL_USER, search)
    assert ({thread.metadata["title"] for thread in page}, total) == (wanted, len(wanted))


async def test_threads_are_found_by_their_ids(threads: ThreadRepository) -> None:
    made = [await threads.create(LOCAL_USER, uuid4(), {}) for _ in range(3)]
    wanted = {made[0].thread_id, made[2].thread_id}
    page, total = await threads.search(LOCAL_USER, ThreadSearch(ids=[*wanted, uuid4()]))
    assert ({thread.thread_id for thread in page}, total) == (wanted, 2)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    ("sort_by", "ascending"),
    [
        ("created_at", ["a", "b", "c"]),
        ("updated_at", ["c", "b", "a"]),
        # Those that have reached nothing come last, in either order.
        ("state_updated_at", ["b", "a", "c"]),
        ("status", ["a", "c", "b"]),
    ],
)
async def test_threads_come_in_the_wanted_order(
    database: Database,
    threads: ThreadRepository,
    sort_by: ThreadOrder,
    ascending: list[str],
    descending: bool,
) -> None:
    first, second, _ = [
        await threads.create(LOCAL_USER, uuid4(), {"title": title}) for title in "abc"
    ]
    await reach(database, second.thread_id, {}, "interrupted")
    await reach(database, first.thread_id, {}, "error")
    page, _ = await threads.search(LOCAL_USER, ThreadSearch(sort_by=sort_by, descending=descending))
    wanted = ascending[::-1] if descending else ascending
    if descending and sort_by == "state_updated_at":
        wanted = ["a", "b", "c"]
    assert [thread.metadata["title"] for thread in page] == wanted


async def test_threads_come_in_the_order_of_their_ids(threads: ThreadRepository) -> None:
    made = [await threads.create(LOCAL_USER, uuid4(), {}) for _ in range(4)]
    search = ThreadSearch(sort_by="thread_id", descending=False)
    page, _ = await threads.search(LOCAL_USER, search)
    assert [one.thread_id for one in page] == sorted(one.thread_id for one in made)


async def test_values_stay_where_they_are_when_nobody_wants_them(
    database: Database, threads: ThreadRepository
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {})
    await reach(database, thread.thread_id, {"count": 1})
    search = ThreadSearch(values={"count": 1}, with_values=False)
    assert [one.values for one in (await threads.search(LOCAL_USER, search))[0]] == [None]


async def test_executions_of_workflows_are_no_conversations(
    database: Database, threads: ThreadRepository
) -> None:
    await titled(threads, "a talk")
    await failed_execution(database, LOCAL_USER, uuid4())
    everything, total = await threads.search(LOCAL_USER, ThreadSearch())
    assert (len(everything), total) == (2, 2)
    [talk], talks = await threads.search(LOCAL_USER, ThreadSearch(kind="chat"))
    [started], starts = await threads.search(LOCAL_USER, ThreadSearch(kind="workflow"))
    assert (talk.metadata["title"], talks) == ("a talk", 1)
    assert (started.status, starts) == ("error", 1)
