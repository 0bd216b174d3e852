"""Whose turn it is: the oldest run of each thread, so many of each user, interactive ones first."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.identity import LOCAL_USER, UserContext
from server.runs.processes import this_process
from storage.database import Connection, Database, DatabaseLimits
from storage.runs import NewRun, end_pending_run, insert_run, lock_run
from storage.threads import insert_thread
from storage.workers import WorkerRegistry
from tests.storage.owner import as_owner

OTHER = UserContext("other", "local")
LEASE_S = 60.0


@pytest.fixture
async def small(database_url: str) -> Any:
    """A database that lets each user run three at once."""
    async with Database(database_url, DatabaseLimits(runs_per_user=3)) as opened:
        yield opened


async def add(
    database: Database, user: UserContext = LOCAL_USER, thread_id: UUID | None = None, **more: Any
) -> NewRun:
    new = NewRun(uuid4(), thread_id or uuid4(), "data", "data", {}, {}, {}, **more)
    async with as_owner(database) as connection:
        if thread_id is None:
            await insert_thread(connection, user, new.thread_id, {})
        await insert_run(connection, user, new)
    return new


async def queued(database: Database) -> list[UUID]:
    """The runs that have jobs, in the order in which workers get them."""
    async with as_owner(database) as connection:
        cursor = await connection.execute(
            "SELECT args ->> 'run_id' AS run_id FROM procrastinate_jobs WHERE status = 'todo'"
            " ORDER BY priority DESC, id"
        )
        return [UUID(row["run_id"]) for row in await cursor.fetchall()]


async def end(connection: Connection, new: NewRun, user: UserContext = LOCAL_USER) -> None:
    run = await lock_run(connection, user, new.run_id)
    await end_pending_run(connection, run, "interrupt", [("end", "{}")])


async def test_of_each_thread_only_the_oldest_run_is_queued(database: Database) -> None:
    first = await add(database)
    second, third = [await add(database, thread_id=first.thread_id) for _ in range(2)]
    assert await queued(database) == [first.run_id]
    async with as_owner(database) as connection:
        await end(connection, second)
    assert await queued(database) == [first.run_id]
    async with as_owner(database) as connection:
        await end(connection, first)
    assert await queued(database) == [third.run_id]


async def test_a_user_has_so_many_at_once_and_the_rest_in_order(small: Database) -> None:
    runs = [await add(small) for _ in range(6)]
    assert await queued(small) == [run.run_id for run in runs[:3]]
    async with as_owner(small) as connection:
        await end(connection, runs[1])
    assert set(await queued(small)) == {runs[0].run_id, runs[2].run_id, runs[3].run_id}


async def test_a_thousand_runs_of_one_user_do_not_keep_another_waiting(database: Database) -> None:
    for _ in range(1_000):
        await add(database)
    chat = await add(database, OTHER)
    order = await queued(database)
    assert len(order) == DatabaseLimits().runs_per_user + 1
    assert order.index(chat.run_id) == 1


async def test_interactive_runs_go_before_those_that_nobody_waits_for(database: Database) -> None:
    background = [await add(database, priority=-1) for _ in range(3)]
    chat = await add(database)
    order = await queued(database)
    assert order[0] == chat.run_id
    assert set(order[1:]) == {run.run_id for run in background}


async def test_what_nobody_waits_for_leaves_places_for_what_somebody_does(small: Database) -> None:
    for _ in range(5):
        await add(small, priority=-1)
    assert len(await queued(small)) == 1
    chats = [await add(small) for _ in range(2)]
    assert (await queued(small))[:2] == [run.run_id for run in chats]


async def test_a_delayed_run_stands_in_nobodys_way_and_comes_when_it_is_due(
    database: Database,
) -> None:
    workers = WorkerRegistry(database)
    late = await add(database, after_s=0.2)
    now = await add(database, thread_id=late.thread_id)
    assert await queued(database) == [now.run_id]
    due_s = await workers.keep_moving(LEASE_S)
    assert due_s is not None
    assert 0 < due_s <= 0.2
    async with as_owner(database) as connection:
        await end(connection, now)
    async with asyncio.timeout(10):
        while await queued(database) != [late.run_id]:
            await workers.keep_moving(LEASE_S)
    assert await workers.keep_moving(LEASE_S) is None


async def test_ends_at_the_same_time_leave_nobody_waiting(small: Database) -> None:
    # Each transaction sees the other's run still going on; one of them must admit for both.
    runs = [await add(small) for _ in range(5)]
    async with small.runs.connection() as one, small.runs.connection() as other:
        for connection, run in ((one, runs[0]), (other, runs[1])):
            await connection.execute("BEGIN")
            await lock_run(connection, LOCAL_USER, run.run_id)
        await end(one, runs[0])
        second = asyncio.create_task(end(other, runs[1]))
        # It waits for the first, near the limit.
        done, _ = await asyncio.wait([second], timeout=0.2)
        assert not done
        await one.execute("COMMIT")
        await second
        await other.execute("COMMIT")
    assert set(await queued(small)) == {runs[2].run_id, runs[3].run_id, runs[4].run_id}


async def test_a_worker_that_offers_itself_needs_no_job(database: Database) -> None:
    workers, me = WorkerRegistry(database), this_process(uuid4())
    await workers.register_worker(me)
    run = await add(database, offered_by=me.worker_id)
    assert await queued(database) == []
    claimed = await workers.claim(run.run_id, me.worker_id)
    assert claimed
    assert claimed.run.attempt == 1


async def test_an_offer_changes_nobodys_turn(small: Database) -> None:
    workers, me = WorkerRegistry(small), this_process(uuid4())
    await workers.register_worker(me)
    first = await add(small, offered_by=me.worker_id)
    second = await add(small, thread_id=first.thread_id, offered_by=me.worker_id)
    others = [await add(small) for _ in range(2)]
    late = await add(small, offered_by=me.worker_id)
    assert await queued(small) == [run.run_id for run in others]
    for waiting in (second, late):
        assert await workers.claim(waiting.run_id, me.worker_id) is None
    async with as_owner(small) as connection:
        await end(connection, first)
    # Whoever offered itself may be busy by now, or gone: the queue brings it.
    assert (await queued(small))[2:] == [second.run_id]


async def test_a_run_whose_worker_died_before_it_began_gets_a_job(database: Database) -> None:
    run = await add(database, offered_by=uuid4())
    assert await queued(database) == []
    await WorkerRegistry(database).keep_moving(LEASE_S)
    assert await queued(database) == [run.run_id]


async def test_the_place_of_a_run_that_has_ended_goes_to_the_next_without_a_job(
    small: Database,
) -> None:
    workers, me = WorkerRegistry(small), this_process(uuid4())
    await workers.register_worker(me)
    first = await add(small, offered_by=me.worker_id)
    others = [await add(small) for _ in range(2)]
    later = [await add(small) for _ in range(2)]
    assert await workers.claim(first.run_id, me.worker_id)
    async with small.runs.connection() as connection:
        await connection.execute("LISTEN goldenpath_place")
        await connection.execute(
            "UPDATE runs SET status = 'success', end_status = 'success', ended_at = now(),"
            " worker_id = NULL WHERE run_id = %s",
            [first.run_id],
        )
        told = [heard.payload async for heard in connection.notifies(timeout=20, stop_after=1)]
    assert told == [f"{me.worker_id},{later[0].run_id}"]
    # No more jobs than before, and the next in line still waits.
    assert await queued(small) == [run.run_id for run in others]
    assert await workers.claim(later[0].run_id, me.worker_id)
    assert await workers.claim(later[1].run_id, me.worker_id) is None


async def test_a_worker_that_declines_a_place_lets_the_queue_bring_the_run(
    database: Database,
) -> None:
    workers, me = WorkerRegistry(database), this_process(uuid4())
    await workers.register_worker(me)
    run = await add(database, offered_by=me.worker_id)
    await workers.decline(run.run_id, uuid4())
    assert await queued(database) == []
    await workers.decline(run.run_id, me.worker_id)
    assert await queued(database) == [run.run_id]


async def test_a_lost_job_is_put_again(database: Database) -> None:
    run = await add(database)
    async with as_owner(database) as connection:
        await connection.execute("DELETE FROM procrastinate_jobs")
    await WorkerRegistry(database).keep_moving(LEASE_S)
    assert await queued(database) == [run.run_id]


async def test_the_runs_of_a_lost_worker_wait_for_another(database: Database) -> None:
    workers, lease_s = WorkerRegistry(database), 2.0
    run = await add(database)
    lost, living = this_process(uuid4()), this_process(uuid4())
    for worker in (lost, living):
        await workers.register_worker(worker)
    assert await workers.claim(run.run_id, lost.worker_id)
    assert await workers.claim(run.run_id, living.worker_id) is None
    await silence(database, lost.worker_id)
    async with as_owner(database) as connection:
        await connection.execute("DELETE FROM procrastinate_jobs")
    async with asyncio.timeout(20):
        # The server itself may have started less than a lease ago.
        while await queued(database) != [run.run_id]:
            assert await workers.beat(living.worker_id, lease_s)
            await workers.keep_moving(lease_s)
    assert await workers.beat(lost.worker_id, lease_s) is None
    assert await workers.claim(run.run_id, lost.worker_id) is None
    claimed = await workers.claim(run.run_id, living.worker_id)
    assert claimed
    assert (claimed.run.attempt, claimed.run.crashes) == (2, 1)


async def test_who_comes_back_first_holds_nobody_for_lost(database: Database) -> None:
    # As after a time without database: nobody could beat, and none of them is lost.
    workers = WorkerRegistry(database)
    run = await add(database)
    first, other = this_process(uuid4()), this_process(uuid4())
    for worker in (first, other):
        await workers.register_worker(worker)
    assert await workers.claim(run.run_id, other.worker_id)
    async with asyncio.timeout(20), database.runs.connection() as connection:
        await until_the_server_is_older_than(connection, 2.0)
    for worker in (first, other):
        await silence(database, worker.worker_id)
    assert await workers.beat(first.worker_id, 2.0)
    await workers.keep_moving(2.0)
    lease = await workers.beat(other.worker_id, 2.0)
    assert lease
    assert lease.runs == {run.run_id}


async def silence(database: Database, worker_id: UUID) -> None:
    """Let a worker's last beat be long ago."""
    async with as_owner(database) as connection:
        await connection.execute(
            "UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE worker_id = %s",
            [worker_id],
        )


async def until_the_server_is_older_than(connection: Connection, age_s: float) -> None:
    await connection.execute(
        "SELECT pg_sleep(greatest(0, %s - extract(epoch FROM now() - pg_postmaster_start_time())))",
        [age_s],
    )
