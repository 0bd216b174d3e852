"""Tidying up beside a running engine: what is needed stays, what is not goes, once a night."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.errors import NotFound
from domain.grammar import thread_violations
from domain.identity import LOCAL_USER
from domain.retention import Retention
from server.retention import NightlyTidying, tidy
from storage.retention import tidying
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, RunningEngine, running_engine

#: Nothing but what is needed.
LEAST = Retention(stream_parts_h=0, checkpoints="latest", runs_days=1, gone_threads_h=0)
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[RunningEngine]:
    graphs = {"asking": sample_graphs.asking(), "counting": sample_graphs.counting()}
    async with running_engine(database_url, graphs) as running:
        yield running


async def test_an_answer_finds_its_question_after_tidying(
    engine: RunningEngine, database_url: str
) -> None:
    run = await engine.start("asking", input={"count": 0})
    for number in (2, 3):
        events = await engine.until_end(run)
        cleared = await tidy(database_url, LEAST, lambda: True)
        assert cleared
        [asked] = [event for event in events if event["type"] == "interrupt"]
        run = await engine.manager.resume(LOCAL_USER, run.run_id, {asked["id"]: number})
    events = await engine.until_end(run)
    assert events[-1]["status"] == "success"
    more = await engine.start("counting", thread_id=run.thread_id, input={"count": 5})
    await tidy(database_url, LEAST, lambda: True)
    await engine.until_end(more)
    thread = await engine.threads.get(LOCAL_USER, run.thread_id)
    assert thread.values == {"count": 7}
    assert thread_violations(await engine.log(run.thread_id)) == []


async def test_what_clients_asked_for_goes_and_the_story_stays(
    engine: RunningEngine, database_url: str
) -> None:
    run = await engine.start("counting", input={"count": 0}, stream_mode=["values", "updates"])
    told = await engine.until_end(run)
    cleared = await tidy(database_url, LEAST, lambda: True)
    assert cleared
    assert cleared.stream_parts >= 4
    kept = [event for event in told if event["type"] not in ("values", "updates")]
    # The numbers are what they were: whoever read before goes on where it was.
    assert await engine.log(run.thread_id) == kept
    assert len(kept) == len(told) - cleared.stream_parts


async def test_the_thread_of_a_stateless_run_goes_after_its_run(
    engine: RunningEngine, database_url: str
) -> None:
    run = await engine.start("counting", input={"count": 0}, is_stateless=True)
    await engine.until_end(run)
    early = await tidy(database_url, Retention(), lambda: True)
    assert early
    assert early.threads == 0
    assert await engine.log(run.thread_id)
    cleared = await tidy(database_url, LEAST, lambda: True)
    assert cleared
    assert cleared.threads == 1
    assert await engine.log(run.thread_id) == []
    with pytest.raises(NotFound):
        await engine.runs.get(LOCAL_USER, run.run_id)


async def test_once_a_night_one_process_tidies_up(database_url: str) -> None:
    first, second = (NightlyTidying(database_url, LEAST, hour=3) for _ in range(2))
    async with tidying(database_url, lambda: True) as elsewhere:
        assert elsewhere
        assert await first.look() == 600
        assert (await elsewhere.is_due(3))[0]
    assert await first.look() > 0
    async with tidying(database_url, lambda: True) as at_work:
        assert at_work
        assert not (await at_work.is_due(3))[0]
        finished = await at_work.connection.execute("SELECT finished_at FROM last_tidying")
        before = await finished.fetchone()
    assert await second.look() > 0
    async with tidying(database_url, lambda: True) as at_work:
        assert at_work
        finished = await at_work.connection.execute("SELECT finished_at FROM last_tidying")
        assert await finished.fetchone() == before


async def test_a_process_that_stops_does_not_wait_for_the_night(database_url: str) -> None:
    nightly = NightlyTidying(database_url, LEAST, hour=3)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(nightly.run())
        nightly.stop()
    stopped = await tidy(database_url, LEAST, lambda: False)
    assert stopped is not None
    async with tidying(database_url, lambda: True) as at_work:
        assert at_work
        # What was stopped is not noted as done.
        assert (await at_work.is_due(3))[0]


async def test_the_command_says_what_it_cleared(database_url: str, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        "tidy",
        "--data-dir",
        str(tmp_path),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 0
    assert said.decode() == (
        "Cleared away: 0 stream parts, 0 runs, 0 threads, 0 executions, 0 checkpoints, 0 values, "
        "0 counts, 0 audit entries, 0 deliveries, 0 schedule fires, 0 notifications.\n"
    )
