"""Assistants belong to one user, keep every version, and stand beside the graphs' default ones."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.assistants import Assistant, default_assistant_id
from domain.errors import Conflict, NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.assistants import AssistantContent, AssistantRepository, AssistantSearch
from storage.database import Database
from storage.threads import ThreadRepository

STRANGERS = [UserContext("other", "local"), UserContext("local", "other")]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SYSTEM = {"created_by": "system"}


def default(graph_id: str) -> Assistant:
    return Assistant(
        assistant_id=default_assistant_id(graph_id),
        graph_id=graph_id,
        name=graph_id,
        description=None,
        version=1,
        config={},
        context={},
        metadata=SYSTEM,
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


#: Not in the order of their names.
DEFAULTS = [default("writer"), default("agent")]


def content(name: str = "Mine", graph_id: str = "agent", **more: Any) -> AssistantContent:
    wanted: dict[str, Any] = {"config": {}, "context": {}, "metadata": {}, **more}
    return AssistantContent(graph_id=graph_id, name=name, **wanted)


@pytest.fixture
def assistants(database: Database) -> AssistantRepository:
    return AssistantRepository(database, DEFAULTS)


async def names(assistants: AssistantRepository, **search: Any) -> list[str]:
    page, total = await assistants.search(LOCAL_USER, AssistantSearch(**search))
    if "limit" not in search and "offset" not in search:
        assert total == len(page)
    return [assistant.name for assistant in page]


async def test_a_new_assistant_is_its_first_version(assistants: AssistantRepository) -> None:
    assistant_id = uuid4()
    given = content(description="Terse.", config={"tags": ["a"]}, context={"k": 1})
    made = await assistants.create(LOCAL_USER, assistant_id, given)
    assert made == await assistants.get(LOCAL_USER, assistant_id)
    assert (made.version, made.name, made.description) == (1, "Mine", "Terse.")
    assert (made.config, made.context, made.metadata) == ({"tags": ["a"]}, {"k": 1}, {})
    assert made.created_at == made.updated_at
    versions, total = await assistants.versions(LOCAL_USER, assistant_id, AssistantSearch())
    assert (versions, total) == ([made], 1)


@pytest.mark.parametrize("taken", [DEFAULTS[0].assistant_id, UUID(int=7)])
async def test_a_taken_id_is_refused_whoever_has_it(
    assistants: AssistantRepository, taken: UUID
) -> None:
    await assistants.create(STRANGERS[1], UUID(int=7), content())
    with pytest.raises(Conflict, match="exists already"):
        await assistants.create(LOCAL_USER, taken, content())


async def test_a_change_makes_a_version_and_keeps_the_old_one(
    assistants: AssistantRepository,
) -> None:
    assistant_id = uuid4()
    first = await assistants.create(
        LOCAL_USER, assistant_id, content(metadata={"a": 1, "b": 1}, context={"x": 1, "y": 1})
    )
    changed = await assistants.change(
        LOCAL_USER,
        assistant_id,
        AssistantContent(graph_id="writer", metadata={"b": 2}, context={"x": 2}),
    )
    assert (changed.version, changed.graph_id, changed.name) == (2, "writer", "Mine")
    assert (changed.metadata, changed.context) == ({"a": 1, "b": 2}, {"x": 2})
    assert changed.created_at == first.created_at < changed.updated_at
    versions, _ = await assistants.versions(LOCAL_USER, assistant_id, AssistantSearch())
    assert [(each.version, each.graph_id) for each in versions] == [(2, "writer"), (1, "agent")]
    assert versions[1] == first
    found, total = await assistants.versions(
        LOCAL_USER, assistant_id, AssistantSearch(metadata={"b": 1}, limit=1)
    )
    assert ([each.version for each in found], total) == ([1], 1)
    assert await assistants.versions(LOCAL_USER, assistant_id, AssistantSearch(offset=5)) == ([], 2)


async def test_changes_at_once_are_a_version_each(assistants: AssistantRepository) -> None:
    assistant_id = uuid4()
    await assistants.create(LOCAL_USER, assistant_id, content())
    changes = [AssistantContent(metadata={f"k{number}": number}) for number in range(8)]
    changed = await asyncio.gather(
        *(assistants.change(LOCAL_USER, assistant_id, change) for change in changes)
    )
    assert sorted(each.version for each in changed) == list(range(2, 10))
    now = await assistants.get(LOCAL_USER, assistant_id)
    assert (now.version, now.metadata) == (9, {f"k{number}": number for number in range(8)})
    _, total = await assistants.versions(LOCAL_USER, assistant_id, AssistantSearch())
    assert total == 9


async def test_an_earlier_version_can_be_used_again(assistants: AssistantRepository) -> None:
    assistant_id = uuid4()
    await assistants.create(LOCAL_USER, assistant_id, content("One"))
    await assistants.change(LOCAL_USER, assistant_id, AssistantContent(name="Two"))
    used = await assistants.use_version(LOCAL_USER, assistant_id, 1)
    assert (used.version, used.name) == (1, "One")
    assert await assistants.get(LOCAL_USER, assistant_id) == used
    changed = await assistants.change(LOCAL_USER, assistant_id, AssistantContent(context={"a": 1}))
    assert (changed.version, changed.name) == (3, "One")
    with pytest.raises(NotFound, match="version of the assistant"):
        await assistants.use_version(LOCAL_USER, assistant_id, 4)


async def test_a_default_assistant_is_there_for_everybody_and_never_changes(
    assistants: AssistantRepository,
) -> None:
    agent = DEFAULTS[1]
    for user in (LOCAL_USER, *STRANGERS):
        assert await assistants.get(user, agent.assistant_id) == agent
        assert await assistants.versions(user, agent.assistant_id, AssistantSearch()) == (
            [agent],
            1,
        )
    other = AssistantSearch(metadata={"created_by": "me"})
    assert await assistants.versions(LOCAL_USER, agent.assistant_id, other) == ([], 0)
    assert await assistants.use_version(LOCAL_USER, agent.assistant_id, 1) == agent
    with pytest.raises(NotFound):
        await assistants.use_version(LOCAL_USER, agent.assistant_id, 2)
    with pytest.raises(Conflict, match="default assistant of the graph agent"):
        await assistants.change(LOCAL_USER, agent.assistant_id, AssistantContent(name="Mine"))
    with pytest.raises(Conflict, match="default assistant of the graph agent"):
        await assistants.delete(LOCAL_USER, agent.assistant_id)


async def test_an_assistant_is_known_by_its_id_or_its_graphs(
    assistants: AssistantRepository,
) -> None:
    made = await assistants.create(LOCAL_USER, uuid4(), content())
    assert await assistants.resolve(LOCAL_USER, str(made.assistant_id)) == made
    assert await assistants.resolve(LOCAL_USER, "agent") == DEFAULTS[1]
    assert await assistants.resolve(LOCAL_USER, str(DEFAULTS[1].assistant_id)) == DEFAULTS[1]
    for unknown in ("nobody", "", str(uuid4())):
        with pytest.raises(NotFound, match="no assistant"):
            await assistants.resolve(LOCAL_USER, unknown)


async def test_a_deleted_assistant_is_gone_with_its_versions(
    assistants: AssistantRepository,
) -> None:
    assistant_id = uuid4()
    await assistants.create(LOCAL_USER, assistant_id, content())
    await assistants.delete(LOCAL_USER, assistant_id)
    for gone in (
        assistants.get(LOCAL_USER, assistant_id),
        assistants.versions(LOCAL_USER, assistant_id, AssistantSearch()),
        assistants.delete(LOCAL_USER, assistant_id),
    ):
        with pytest.raises(NotFound):
            await gone
    again = await assistants.create(LOCAL_USER, assistant_id, content("Again"))
    assert again.version == 1


async def test_search_lists_the_newest_first_and_default_ones_in_the_graphs_order(
    assistants: AssistantRepository,
) -> None:
    for name in ("b", "C", "a"):
        await assistants.create(LOCAL_USER, uuid4(), content(name))
    assert await names(assistants) == ["a", "C", "b", "writer", "agent"]
    assert await names(assistants, descending=False) == ["writer", "agent", "b", "C", "a"]
    assert await names(assistants, sort_by="name", descending=False) == [
        "C",
        "a",
        "agent",
        "b",
        "writer",
    ]
    # Among assistants of one graph its default one comes first.
    assert (await names(assistants, sort_by="graph_id"))[:2] == ["writer", "agent"]


async def test_search_filters_and_pages(assistants: AssistantRepository) -> None:
    mine = content("My 100% agent", metadata={"team": {"id": 1}, "x": 1})
    await assistants.create(LOCAL_USER, uuid4(), mine)
    await assistants.create(LOCAL_USER, uuid4(), content("Letters", "writer", metadata={"x": 1}))
    assert await names(assistants, metadata=SYSTEM) == ["writer", "agent"]
    assert await names(assistants, metadata={"team": {"id": 1}}) == ["My 100% agent"]
    assert await names(assistants, graph_id="writer") == ["Letters", "writer"]
    assert await names(assistants, name="AGENT") == ["My 100% agent", "agent"]
    assert await names(assistants, name="0%") == ["My 100% agent"]
    assert await names(assistants, name="_") == []
    page, total = await assistants.search(LOCAL_USER, AssistantSearch(limit=2, offset=1))
    assert ([each.name for each in page], total) == (["My 100% agent", "writer"], 4)
    assert await assistants.search(LOCAL_USER, AssistantSearch(offset=9)) == ([], 4)


@pytest.mark.parametrize("order", ["assistant_id", "graph_id", "name", "created_at", "updated_at"])
async def test_every_order_is_stable_and_pages_add_up(
    assistants: AssistantRepository, order: Any
) -> None:
    for number in range(5):
        await assistants.create(LOCAL_USER, UUID(int=number + 1), content(f"n{number % 2}"))
    for descending in (True, False):
        whole, total = await assistants.search(
            LOCAL_USER, AssistantSearch(sort_by=order, descending=descending)
        )
        assert len(whole) == total == 7
        keys = [getattr(each, order) for each in whole]
        keys = [str(key) if isinstance(key, UUID) else key for key in keys]
        assert keys == sorted(keys, reverse=descending)
        pages = [
            (
                await assistants.search(
                    LOCAL_USER,
                    AssistantSearch(sort_by=order, descending=descending, limit=2, offset=offset),
                )
            )[0]
            for offset in (0, 2, 4, 6)
        ]
        assert [each for page in pages for each in page] == whole


@pytest.mark.parametrize("stranger", STRANGERS, ids=["user", "tenant"])
async def test_nobody_else_sees_or_changes_an_assistant(
    assistants: AssistantRepository, stranger: UserContext
) -> None:
    made = await assistants.create(LOCAL_USER, uuid4(), content())
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: assistants.get(stranger, made.assistant_id),
        lambda: assistants.resolve(stranger, str(made.assistant_id)),
        lambda: assistants.change(stranger, made.assistant_id, AssistantContent(name="Yours")),
        lambda: assistants.use_version(stranger, made.assistant_id, 1),
        lambda: assistants.versions(stranger, made.assistant_id, AssistantSearch()),
        lambda: assistants.delete(stranger, made.assistant_id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            await attempt()
    found, total = await assistants.search(stranger, AssistantSearch())
    assert (found, total) == (DEFAULTS, 2)
    assert await assistants.get(LOCAL_USER, made.assistant_id) == made


async def test_an_assistants_threads_are_its_owners_only(
    assistants: AssistantRepository, database: Database
) -> None:
    made = await assistants.create(LOCAL_USER, uuid4(), content())
    threads, mark = ThreadRepository(database), {"assistant_id": str(made.assistant_id)}
    wanted = [UUID(int=number) for number in (1, 2, 3)]
    for thread_id in wanted:
        await threads.create(LOCAL_USER, thread_id, mark)
    await threads.create(LOCAL_USER, uuid4(), {"assistant_id": "another"})
    await threads.create(STRANGERS[0], uuid4(), mark)
    assert await assistants.threads_of(LOCAL_USER, made.assistant_id, 2) == wanted[:2]
    assert await assistants.threads_of(LOCAL_USER, made.assistant_id, 9) == wanted
