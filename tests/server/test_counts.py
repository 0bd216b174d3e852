"""What a run costs and what a reader holds, as counts: these catch what times would hide."""

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from psycopg import AsyncConnection
from pydantic import SecretStr

from server.composition import open_services
from server.settings import Settings
from tests.graphs import sample_graphs
from tests.server.counted_database import CountedDatabase
from tests.server.engine import DEADLINE_S, LIMITS, running_engine
from tests.server.websocket.live import live_server

READERS = 200


async def statements_of(url: str, graph: str, **request: Any) -> Counter[str]:
    """What a run asks of the database from its start to its end, once everything is warm."""
    databases: list[CountedDatabase] = []

    def counted(url: str) -> CountedDatabase:
        databases.append(CountedDatabase(url))
        return databases[-1]

    graphs = {"counting": sample_graphs.counting(), "nested": sample_graphs.nested()}
    # No heartbeat in between.
    limits = replace(LIMITS, beat_s=60.0, lease_s=600.0)
    async with running_engine(url, graphs, limits, open_database=counted) as engine:
        [database] = databases
        warm = await engine.start(graph, **request)
        await engine.until_end(warm)
        database.taken()
        run = await engine.start(graph, **request)
        await engine.until_end(run)
        return database.taken()


QUESTION = {"messages": [{"role": "user", "content": "What is one and two?"}]}

#: By the first words of their statements.
ACCEPT, CLAIM = "WITH thread AS ( INSERT INTO", "WITH head AS ( SELECT h.thread_id"
COMMIT = "WITH pens AS ( UPDATE event_heads"
READ_STATE = "select thread_id, checkpoint, checkpoint_ns, checkpoint_id, parent_checkpoint_id,"


async def test_a_run_is_one_statement_to_accept_one_to_claim_and_its_commits(
    database_url: str,
) -> None:
    taken = await statements_of(database_url, "counting", input={"count": 0})
    assert (taken.pop(ACCEPT), taken.pop(CLAIM)) == (1, 1)
    # The beginning, two steps with what their tasks wrote, and the end.
    assert 2 <= taken.pop(COMMIT) <= 6
    # What is left is the one reader's: where the log is, its end, and what has come since.
    assert taken.total() <= 3, taken


async def test_a_run_reads_its_state_once_for_each_sub_graph(database_url: str) -> None:
    taken = await statements_of(database_url, "nested", input=QUESTION)
    assert taken[READ_STATE] <= 1
    assert (taken.pop(ACCEPT), taken.pop(CLAIM)) == (1, 1)
    # Seven supersteps of two graphs, and what is said in between.
    assert taken.pop(COMMIT) <= 16
    del taken[READ_STATE]
    assert taken.total() <= 3, taken


async def connections(url: str) -> Counter[str]:
    """Who holds connections to a database, but for who asks."""
    async with await AsyncConnection.connect(url, application_name="asking") as connection:
        cursor = await connection.execute(
            "SELECT application_name FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND application_name <> 'asking'"
        )
        return Counter([name for (name,) in await cursor.fetchall()])


async def test_readers_hold_no_connections(database_url: str, tmp_path: Path) -> None:
    settings = Settings(
        database_url=SecretStr(database_url),
        data_dir=tmp_path,
        api_connections=3,
        run_connections=2,
    )
    async with (
        open_services(settings, with_worker=True) as services,
        live_server(services) as live,
        httpx.AsyncClient(
            base_url=live.url, timeout=DEADLINE_S, limits=httpx.Limits(max_connections=None)
        ) as client,
        AsyncExitStack() as reading,
    ):
        made = [(await client.post("/threads", json={})).json() for _ in range(10)]
        threads = [thread["thread_id"] for thread in made]
        for number in range(READERS):
            path = f"/threads/{threads[number % len(threads)]}/events"
            stream = await reading.enter_async_context(client.stream("GET", path, timeout=None))
            assert stream.status_code == 200
        assert services.feed.followed == len(threads)
        held = await connections(database_url)
        assert held.pop("goldenpath api") <= 3
        assert held.pop("goldenpath runs") <= 2
        assert held.pop("goldenpath system") <= 4
        # Its pool, and the one on which it hears of jobs.
        assert held.pop("goldenpath queue") <= 4 + 1
        # And the one that hears for all readers.
        assert held.total() == 1, held
        # Who does not read is served as ever.
        started = await client.post("/chat", json={"message": "Hello"})
        assert started.status_code == 200
        assert "event: end" in started.text
