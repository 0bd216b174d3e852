"""How soon runs go on whose process was killed, and what of them is done twice.

Run `python -m benchmarks.recovery [runs]`. Chats of ten half-second nodes are going when their
process gets SIGKILL: once a whole service, which is started again, and once one of two workers,
whose runs the other takes over. A run goes on when a new attempt of it runs.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg
import uvloop

from benchmarks.service import READY, start_service, stop_service
from benchmarks.slow_graph import NOTES, STEP_S, STEPS, count_notes, forget_notes
from storage.embedded import EmbeddedPostgres, create_database

RUNS = 10
_TURNS = 3
_LIMIT_S = 60.0
_LOOK_S = 0.01
_CONFIG = Path(__file__).with_name("slow.json")


async def main(runs: int) -> None:
    """Measure and print a JSON line for each way."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        os.environ[NOTES] = str(Path(folder) / "notes")
        address = server.start(min_free_mb=500)
        try:
            for way in (restarted, taken_over):
                turns: list[dict[str, float]] = []
                for turn in range(_TURNS):
                    url = create_database(address, f"{way.__name__}_{turn}")
                    turns.append(await way(url, runs))
                worst = {name: max(turn[name] for turn in turns) for name in turns[0]}
                middle = {name: statistics.median(turn[name] for turn in turns) for name in worst}
                figures = {
                    key: round(value, 2)
                    for name in worst
                    for key, value in ((name, middle[name]), (f"{name}_worst", worst[name]))
                }
                print(json.dumps({"benchmark": f"recovery {way.__name__}", **figures}), flush=True)
        finally:
            server.stop()


async def restarted(url: str, runs: int) -> dict[str, float]:
    """The only process is killed and started again at once."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await _connect(url))
        killed, said = await start_service(url, _CONFIG)
        chosen = await _chats(said.removeprefix(READY), database, runs)
        killed.kill()
        await killed.wait()
        began = time.monotonic()
        # The runs go on before the pages are loaded.
        going = asyncio.create_task(_until_going(database, chosen), name="runs going on")
        started, _ = await start_service(url, _CONFIG)
        stack.push_async_callback(stop_service, started)
        ready_s = time.monotonic() - began
        going_s = await going - began
        repeated = await _repeated(database, chosen, runs)
    return {
        "start_to_ready_s": ready_s,
        "start_to_all_going_s": going_s,
        "nodes_repeated_a_run": repeated,
    }


async def taken_over(url: str, runs: int) -> dict[str, float]:
    """One of two workers is killed; the other one takes what it had."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await _connect(url))
        api, said = await start_service(url, _CONFIG, "serve", "--port", "0", "--no-worker")
        stack.push_async_callback(stop_service, api)
        killed, _ = await start_service(url, _CONFIG, "worker")
        chosen = await _chats(said.removeprefix(READY), database, runs)
        other, _ = await start_service(url, _CONFIG, "worker")
        stack.push_async_callback(stop_service, other)
        killed.kill()
        began = time.monotonic()
        await killed.wait()
        going_s = await _until_going(database, chosen) - began
        repeated = await _repeated(database, chosen, runs)
    return {"kill_to_all_going_s": going_s, "nodes_repeated_a_run": repeated}


async def _connect(url: str) -> psycopg.AsyncConnection[tuple[int]]:
    return await psycopg.AsyncConnection.connect(url, autocommit=True)


async def _chats(
    service: str, database: psycopg.AsyncConnection[tuple[int]], runs: int
) -> Sequence[str]:
    """Chats of which all run; their run's ids."""
    forget_notes()
    async with httpx.AsyncClient(base_url=service, timeout=30) as client:
        threads = [(await client.post("/threads", json={})).json() for _ in range(runs)]
        answers = [
            await client.post(
                f"/threads/{thread['thread_id']}/runs",
                json={"assistant_id": "supervisor", "input": {"messages": []}},
            )
            for thread in threads
        ]
    chosen = [answer.raise_for_status().json()["run_id"] for answer in answers]
    await _until(database, chosen, "status = 'running'")
    await asyncio.sleep(STEP_S)  # Some nodes in, as a run is that is killed somewhere.
    return chosen


async def _until_going(
    database: psycopg.AsyncConnection[tuple[int]], chosen: Sequence[str]
) -> float:
    await _until(database, chosen, "attempt > 1")
    return time.monotonic()


async def _repeated(
    database: psycopg.AsyncConnection[tuple[int]], chosen: Sequence[str], runs: int
) -> float:
    """Nodes that began more than once, a run, when all have ended well."""
    await _until(database, chosen, "status = 'success'")
    return count_notes() / runs - STEPS


async def _until(
    database: psycopg.AsyncConnection[tuple[int]], chosen: Sequence[str], condition: LiteralString
) -> None:
    """Wait until the condition holds for all of the runs."""
    query = f"SELECT count(*) FROM goldenpath.runs WHERE run_id = ANY(%s::uuid[]) AND {condition}"
    async with asyncio.timeout(_LIMIT_S):
        while True:
            found = await (await database.execute(query, [list(chosen)])).fetchone()
            if found and found[0] == len(chosen):
                return
            await asyncio.sleep(_LOOK_S)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
