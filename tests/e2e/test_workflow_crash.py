"""Workflows after one `kill -9` in the middle of everything: each effect is there exactly once.

What is under way is started once for all tests, killed once, and taken over by two processes.
"""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.e2e.crash_world import MISSED, World, killed_in_the_middle, until
from tests.e2e.service import open_to_postgres
from tests.standins.razorpay_server import PAYMENT


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = open_to_postgres(tmp_path_factory.mktemp("crash"))
    async with killed_in_the_middle(folder) as found:
        yield found


async def test_a_call_with_a_key_is_sent_again_and_happens_once(world: World) -> None:
    await world.asked("effects")
    assert [each["amount"] for each in world.razorpay.refunds] == [500]
    sent = [one for one in world.razorpay.questions("POST") if one.path.endswith("/refund")]
    keys = [one.headers["x-refund-idempotency"] for one in sent]
    assert (len(keys), len(set(keys))) == (2, 1)


async def test_a_call_that_can_be_looked_up_is_not_repeated(world: World) -> None:
    await world.asked("effects")
    assert [each["amount"] for each in world.razorpay.links].count(1000) == 1
    posts = [one for one in world.razorpay.questions("POST") if one.path == "/v1/payment_links"]
    assert [one.json["amount"] for one in posts].count(1000) == 1


async def test_what_is_unsafe_is_asked_about_and_named_by_the_retry_plan(world: World) -> None:
    [asked] = await world.asked("effects")
    assert (asked["value"]["kind"], asked["value"]["node_id"]) == ("confirm_effect", "order")
    assert len(world.shop.questions("POST")) == 1
    run_id = world.started["effects"]["run_id"]
    path = f"/workflows/runs/{run_id}/retry"
    # While it waits it is not tried again.
    assert (await world.api.get(path)).json()["code"] == "waiting"
    await world.post(
        f"/threads/{world.started['effects']['thread_id']}/runs",
        assistant_id="workflow",
        command={"resume": {asked["id"]: {"answer": "happened"}}},
    )
    await world.execution("effects", "success")
    assert len(world.shop.questions("POST")) == 1
    effects = world.rows("SELECT node_id, status FROM effects WHERE node_id = 'order'")
    assert {"node_id": "order", "status": "done"} in effects


async def test_items_of_nested_loops_are_done_once_and_keep_their_order(world: World) -> None:
    outputs = await world.outputs("loops")
    amounts = [
        [row["data"]["link"]["amount_minor"] for row in group["data"]["rows"]]
        for group in outputs["groups"]
    ]
    assert amounts == [[10_000 + 100 * n for n in range(8)], [20_000 + 100 * n for n in range(3)]]
    made = Counter(each["amount"] for each in world.razorpay.links if each["amount"] >= 10_000)
    assert made == dict.fromkeys([*amounts[0], *amounts[1]], 1)


async def test_a_workflow_in_a_loop_does_its_items_once(world: World) -> None:
    outputs = await world.outputs("within")
    amounts = [row["data"]["sub"]["data"]["order"]["amount_minor"] for row in outputs["rows"]]
    assert amounts == [300, 301, 302, 303]
    assert Counter(each["amount"] for each in world.razorpay.orders) == dict.fromkeys(amounts, 1)


async def test_attempts_that_were_made_are_still_counted(world: World) -> None:
    [asked] = await world.asked("put_off")
    seen = asked["value"]
    assert (seen["kind"], seen["attempt"], seen["attempts"]) == ("retry", 2, 6)
    # The one that was killed was made again, and it is the same attempt.
    reads = [one for one in world.razorpay.questions("GET") if one.path.endswith(PAYMENT)]
    assert len(reads) == 3
    path = f"/workflows/runs/{world.started['put_off']['run_id']}"
    [look] = (await world.api.get(path)).json()["nodes"]
    assert [each["status"] for each in look["attempts"]] == ["error"] * 2
    await world.post(
        f"/threads/{world.started['put_off']['thread_id']}/runs",
        assistant_id="workflow",
        command={"resume": {asked["id"]: {"outcome": "now"}}},
    )
    assert (await world.outputs("put_off"))["look"]["id"] == PAYMENT


@pytest.mark.parametrize(
    ("missed", "count"), [("skip", 0), ("once", 1), ("all", MISSED)], ids=["skip", "once", "all"]
)
async def test_missed_moments_are_made_up_for_once(world: World, missed: str, count: int) -> None:
    """By two processes that both found them due."""

    async def is_done() -> bool:
        [row] = world.rows("SELECT count(*) AS due FROM schedules WHERE next_at <= now()")
        return not row["due"]

    await until(is_done)
    fires = world.rows("SELECT workflow_id, scheduled_for, run_id FROM schedule_fires")
    mine = [each for each in fires if str(each["workflow_id"]) == world.schedules[missed]]
    assert all(each["run_id"] for each in mine)
    assert len({each["scheduled_for"] for each in mine}) == len(mine)
    runs = (await world.api.get(f"/workflows/{world.schedules[missed]}/runs")).json()
    assert len(runs) == len(mine)
    # A minute may begin meanwhile, and is one more.
    assert count <= len(mine) <= count + 2
