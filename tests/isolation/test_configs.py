"""What clients say of a run in `config`, `context` and metadata names nobody else's things."""

from typing import Any

import pytest

from tests.isolation.world import World


def claims(world: World) -> list[dict[str, Any]]:
    """Bodies that point a run of Bob's at what is Alice's."""
    hers = world.ids
    pointing = {
        "thread_id": hers["thread_id"],
        "run_id": hers["run_id"],
        "checkpoint_id": hers["checkpoint_id"],
        "checkpoint_ns": "",
        "assistant_id": hers["assistant_id"],
        "user_id": world.alice.user_id,
        "tenant_id": world.alice.tenant_id,
        "langgraph_auth_user_id": world.alice.user_id,
        "langgraph_auth_user": {"identity": world.alice.user_id},
        "__pregel_checkpointer": None,
    }
    owner = {"user_id": world.alice.user_id, "tenant_id": world.alice.tenant_id}
    return [
        {"config": {"configurable": pointing}},
        {"config": {"configurable": {"thread_id": hers["thread_id"]}, "metadata": pointing}},
        {"config": {"run_id": hers["run_id"], "tags": [hers["thread_id"]]}},
        {"metadata": {**pointing, **owner, "owner": world.alice.user_id}},
        {"context": {**owner, "thread_id": hers["thread_id"]}},
        {"checkpoint": {"thread_id": hers["thread_id"], "checkpoint_ns": ""}},
        {"checkpoint": {"thread_id": hers["thread_id"], "checkpoint_id": hers["checkpoint_id"]}},
        {"checkpoint_id": hers["checkpoint_id"]},
    ]


@pytest.mark.parametrize("number", range(8))
async def test_a_run_stays_on_its_own_thread(world: World, number: int) -> None:
    claim = claims(world)[number]
    before = await world.state_of_alice()
    api, bobs = world.site.api, world.bob.bearer
    thread = (await api.post("/threads", json={}, headers=bobs)).json()["thread_id"]
    question = {"messages": [{"role": "user", "content": "What did I ask before?"}]}
    for path in (f"/threads/{thread}/runs/wait", "/runs/wait"):
        body = {"assistant_id": "supervisor", "input": question, **claim}
        answer = await api.post(path, json=body, headers=bobs)
        assert answer.status_code < 500, answer.text
        assert world.trace_of_alice(answer.text, str(claim)) is None
    # What came of it is seen nowhere else either.
    for path in (f"/threads/{thread}/state", f"/threads/{thread}/history", "/threads"):
        answer = await api.get(path, headers=bobs)
        assert world.trace_of_alice(answer.text, str(claim)) is None
    assert await world.state_of_alice() == before


async def test_a_thread_of_hers_is_made_by_nobody_else(world: World) -> None:
    api, bobs, before = world.site.api, world.bob.bearer, await world.state_of_alice()
    hers = world.ids["thread_id"]
    for how in ("raise", "do_nothing"):
        body = {"thread_id": hers, "if_exists": how}
        answer = await api.post("/threads", json=body, headers=bobs)
        assert answer.status_code in (404, 409), answer.text
        assert world.trace_of_alice(answer.text, hers) is None
    body = {"assistant_id": "supervisor", "input": {}, "if_not_exists": "create"}
    answer = await api.post(f"/threads/{hers}/runs", json=body, headers=bobs)
    assert answer.status_code == 404, answer.text
    assert await world.state_of_alice() == before
