"""Whatever is cleared away and whenever: threads show the same and go on the same."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from langgraph.checkpoint.base.id import uuid6

from checkpoints.retention import oldest_wanted
from storage.database import Database
from storage.group_commit import GroupCommit
from tests.checkpoints.threads_with_history import (
    MORE,
    NEW,
    SCRIPTS,
    chain,
    new_thread,
    plain_chain,
)
from tests.storage.owner import as_owner


@pytest.fixture
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    async with GroupCommit(database.runs) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_thread_tidied_at_any_point_shows_and_does_the_same(
    database: Database, commit: GroupCommit, name: str, seed: int
) -> None:
    chance = random.Random(seed)
    make_graph, steps = SCRIPTS[name]
    untouched = await new_thread(database, commit, make_graph())
    tidied = await new_thread(database, commit, make_graph())
    for step in steps:
        await untouched.play(step)
        await tidied.play(step)
        if seed == 0 or chance.random() < 0.6:
            before = "~" if seed == 0 else chance.choice([*await tidied.saved_ids(), "~"])
            shown = await tidied.state()
            await tidied.tidy(before)
            assert await tidied.state() == shown
    assert tidied.shown == untouched.shown
    if seed == 0 and name != "memory":
        assert len(await tidied.saved_ids()) < len(await untouched.saved_ids())


@pytest.mark.parametrize("name", SCRIPTS)
async def test_nothing_is_left_that_nobody_needs(
    database: Database, commit: GroupCommit, name: str
) -> None:
    make_graph, steps = SCRIPTS[name]
    thread = await new_thread(database, commit, make_graph())
    for step in steps:
        await thread.play(step)
    await thread.tidy()
    saved = await thread.rows("checkpoints")
    used = {
        (row["checkpoint_ns"], channel, version)
        for row in saved
        for channel, version in row["checkpoint"]["channel_versions"].items()
    }
    values = await thread.rows("checkpoint_blobs")
    assert {(row["checkpoint_ns"], row["channel"], row["version"]) for row in values} <= used
    known = {(row["checkpoint_ns"], row["checkpoint_id"]) for row in saved}
    writes = await thread.rows("checkpoint_writes")
    assert {(row["checkpoint_ns"], row["checkpoint_id"]) for row in writes} <= known
    # Calls of sub-graphs that began at older checkpoints are over.
    newest = max(row["checkpoint_id"] for row in saved if not row["checkpoint_ns"])
    calls = [row for row in saved if ":" in row["checkpoint_ns"]]
    assert {row["metadata"]["parents"][""] for row in calls} <= {newest}
    again = await thread.tidy()
    assert (again.checkpoints, again.values) == (0, 0)


async def test_of_a_long_history_the_newest_is_left(
    database: Database, commit: GroupCommit
) -> None:
    """Without channels saved as changes, however many transactions that takes."""
    thread = await new_thread(database, commit, plain_chain())
    for _ in range(3):
        await thread.play({"notes": ["new"]})
    await thread.lengthen_history(1_700)
    before = len(await thread.saved_ids())
    shown = await thread.state()
    pruned = await thread.tidy()
    assert pruned.checkpoints == before - 1
    assert (await thread.state()).values == shown.values
    [last] = await thread.rows("checkpoints")
    assert last["parent_checkpoint_id"] is None
    assert await thread.rows("checkpoint_writes") == []


async def test_what_is_young_enough_is_all_kept(database: Database, commit: GroupCommit) -> None:
    thread = await new_thread(database, commit, chain())
    await thread.play(NEW)
    border = str(uuid6())
    await thread.play(MORE)
    history = await thread.history()
    await thread.tidy(border)
    young = [state for state in history if state.config["configurable"]["checkpoint_id"] >= border]
    left = {
        state.config["configurable"]["checkpoint_id"]: state for state in await thread.history()
    }
    assert 0 < len(young) < len(history)
    for state in young:
        assert left[state.config["configurable"]["checkpoint_id"]].values == state.values


async def test_a_busy_thread_is_left_alone(database: Database, commit: GroupCommit) -> None:
    thread = await new_thread(database, commit, plain_chain())
    await thread.play(MORE)
    await thread.set_open_runs(1)
    before = await thread.saved_ids()
    assert (await thread.tidy()).checkpoints == 0
    assert await thread.saved_ids() == before


async def test_a_thread_that_somebody_writes_to_is_not_waited_for(
    database: Database, commit: GroupCommit
) -> None:
    thread = await new_thread(database, commit, plain_chain())
    await thread.play(MORE)
    async with as_owner(database) as connection:
        await connection.execute(
            "SELECT 1 FROM event_heads WHERE thread_id = %s FOR UPDATE", [thread.pen.thread_id]
        )
        assert (await thread.tidy()).checkpoints == 0
    assert (await thread.tidy()).checkpoints > 0


def test_the_border_of_so_many_days_lies_between_ids_of_that_time() -> None:
    now = datetime.now(UTC)
    border = oldest_wanted(1, now + timedelta(days=1))
    assert str(uuid6()) > border
    assert str(uuid6()) < oldest_wanted(1, now + timedelta(days=1, minutes=1))
    assert oldest_wanted("all", now) < str(uuid6()) < oldest_wanted("latest", now)
