"""Whatever happens: no run is lost or stuck, and nobody sees anything twice, wrong or too late."""

import asyncio
import os
from collections import Counter
from random import Random
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from domain.events import is_stream_part
from domain.grammar import thread_violations
from storage.database import SEARCH_PATH
from tests.chaos.people import Conversation, Person
from tests.chaos.world import World
from tests.e2e.service import open_to_postgres

#: Set these for more: `CHAOS_TALKS=500 CHAOS_SEED=7 make test ARGS=tests/chaos`.
TALKS = int(os.environ.get("CHAOS_TALKS", "60"))
AT_ONCE = int(os.environ.get("CHAOS_PEOPLE", "10"))
SEED = int(os.environ.get("CHAOS_SEED", "20260101"))
#: By then all is settled after the last misfortune, also on a slow machine.
DEADLINE_S = 90 + TALKS


@pytest.fixture
def random() -> Random:
    print(f"CHAOS_SEED={SEED}")  # noqa: T201
    return Random(SEED)


async def test_nothing_is_lost_and_nothing_is_stuck(
    tmp_path_factory: pytest.TempPathFactory, random: Random
) -> None:
    world = World(open_to_postgres(tmp_path_factory.mktemp("chaos")), random)
    await world.start()
    try:
        talks = await asyncio.wait_for(live_through(world, random), DEADLINE_S)
        check(world, talks)
    finally:
        await world.stop()


async def live_through(world: World, random: Random) -> list[Conversation]:
    """All conversations, while one misfortune follows the other."""
    places = asyncio.Semaphore(AT_ONCE)

    async def talk(number: int) -> Conversation:
        graph = "asking" if number % 3 == 0 else "steps"
        async with places:
            person = Person(world.api.url, Random(f"{SEED}/{number}"))
            return await person.converse(graph, cancels=number % 7 == 0)

    async with asyncio.TaskGroup() as tasks:
        talking = [tasks.create_task(talk(number)) for number in range(TALKS)]
        while not all(task.done() for task in talking):
            await world.something_happens()
            await asyncio.sleep(random.random())
    return [task.result() for task in talking]


def check(world: World, talks: list[Conversation]) -> None:
    """Compare what was seen with what is stored."""
    for talk in talks:
        log = events(world, talk.thread_id)
        assert thread_violations(log) == [], talk
        shown = [event for event in log if not is_stream_part(event["type"])]
        assert [event["seq"] for event in talk.seen] == [event["seq"] for event in shown]
        assert talk.seen == shown
    runs = rows(
        world,
        "SELECT r.*, t.status AS thread_status, t.open_runs FROM runs r JOIN threads t USING"
        " (thread_id)",
    )
    ends = {
        (event["run_id"], event["status"])
        for talk in talks
        for event in talk.seen
        if event["type"] == "end"
    }
    assert ends == {(str(run["run_id"]), run["end_status"]) for run in runs}
    for run in runs:
        assert run["end_status"] in ("success", "interrupted", "cancelled"), run["error"]
        assert run["open_runs"] == 0
        assert run["thread_status"] != "busy"
    attempts = {str(run["run_id"]): run["attempt"] for run in runs}
    taken = Counter(tuple(line.split(" ", 1)) for line in world.notes.read_text().splitlines())
    repeated = {step: times for step, times in taken.items() if times > attempts[step[0]]}
    assert repeated == {}, "steps were taken more often than their runs were"


def events(world: World, thread_id: str) -> list[dict[str, Any]]:
    """A thread's log as the table has it."""
    query: LiteralString = (
        "SELECT body::jsonb || jsonb_build_object('seq', seq) AS event FROM run_events"
        " WHERE thread_id = %s ORDER BY seq"
    )
    return [row["event"] for row in rows(world, query, thread_id)]


def rows(world: World, query: LiteralString, *parameters: str) -> list[dict[str, Any]]:
    """What the database says."""
    options = f"-c search_path={SEARCH_PATH}"
    with psycopg.Connection[DictRow].connect(
        world.url, options=options, row_factory=dict_row
    ) as connection:
        return connection.execute(query, parameters).fetchall()
