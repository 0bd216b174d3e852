"""States changed by hand, forked and replayed, through LangGraph's official client."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import ConflictError, NotFoundError, UnprocessableEntityError

from domain.errors import NotWaiting
from domain.identity import LOCAL_USER
from server.services import Services
from server.thread_states import Moment
from tests.sdk.thread_service import busy, ran, services, thread_with

__all__ = ["services"]

START = {"notes": ["start"]}


async def values_of(client: LangGraphClient, thread_id: str) -> Any:
    """What both the thread and its newest state say."""
    thread: Any = await client.threads.get(thread_id)
    state = await client.threads.get_state(thread_id)
    assert thread["values"] == state["values"]
    return state["values"]


async def test_values_are_laid_over_the_state(client: LangGraphClient, services: Services) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    before: Any = await client.threads.get_state(thread_id)
    was: Any = await client.threads.get(thread_id)
    changed: Any = await client.threads.update_state(thread_id, {"notes": ["by hand"]})
    assert set(changed) == {"checkpoint", "configurable", "checkpoint_id"}
    assert changed["configurable"] == changed["checkpoint"]
    after: Any = await client.threads.get_state(thread_id)
    assert after["checkpoint"] == changed["checkpoint"]
    assert after["checkpoint_id"] == changed["checkpoint_id"]
    assert after["parent_checkpoint"] == before["checkpoint"]
    assert (after["metadata"]["source"], after["metadata"]["graph_id"]) == ("update", "steps")
    assert "run_id" not in after["metadata"]
    notes = ["start", "one", "two", "by hand"]
    assert await values_of(client, thread_id) == {"notes": notes}
    thread: Any = await client.threads.get(thread_id)
    assert (thread["status"], thread["error"]) == ("idle", None)
    assert thread["state_updated_at"] > was["state_updated_at"]
    assert thread["updated_at"] > was["updated_at"]
    # The next run goes on from there.
    await ran(services, thread_id, "steps", input={"notes": ["again"]})
    assert await values_of(client, thread_id) == {"notes": [*notes, "again", "one", "two"]}


async def test_a_thread_may_begin_with_a_change(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = (await client.threads.create(graph_id="steps"))["thread_id"]
    await client.threads.update_state(thread_id, {"notes": ["by hand"]}, as_node="one")
    thread = await client.threads.get(thread_id)
    assert (thread["status"], thread["values"]) == ("interrupted", {"notes": ["by hand"]})
    await ran(services, thread_id, "steps")
    assert await values_of(client, thread_id) == {"notes": ["by hand", "two"]}
    assert (await client.threads.get(thread_id))["status"] == "idle"


async def test_a_change_answers_for_what_a_node_would_have_done(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "several", START)
    await client.threads.update_state(thread_id, {"notes": ["never mind"]}, as_node="left")
    thread = await client.threads.get(thread_id)
    # Nobody asks any more: the change took the place of the step that did.
    assert (thread["status"], thread["interrupts"]) == ("idle", {})
    assert thread["values"] == {"notes": ["start", "never mind"]}
    with pytest.raises(NotWaiting):
        await ran(services, thread_id, "several", command={"resume": "late"})


async def test_nothing_as_a_change_copies_a_moment_to_go_on_from(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    history: Any = await client.threads.get_history(thread_id)
    base = history[1]
    assert base["next"] == ["two"]
    forked: Any = await client.threads.update_state(
        thread_id, None, checkpoint_id=base["checkpoint_id"]
    )
    now: Any = await client.threads.get_state(thread_id)
    assert now["checkpoint"] == forked["checkpoint"]
    assert (now["values"], now["next"]) == (base["values"], ["two"])
    assert now["metadata"]["source"] == "fork"
    assert now["parent_checkpoint"] == base["parent_checkpoint"]
    assert (await client.threads.get(thread_id))["status"] == "interrupted"
    await ran(services, thread_id, "steps")
    assert await values_of(client, thread_id) == {"notes": ["start", "one", "two"]}
    # Both branches are there.
    branches = await client.threads.get_history(thread_id)
    assert [state["next"] for state in branches] == [[], ["two"], *(one["next"] for one in history)]
    assert branches[2:] == history


async def test_a_change_in_the_past_begins_another_branch(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    history: Any = await client.threads.get_history(thread_id)
    changed: Any = await client.threads.update_state(
        thread_id, {"notes": ["changed"]}, as_node="one", checkpoint=history[2]["checkpoint"]
    )
    state: Any = await client.threads.get_state(thread_id)
    assert state["checkpoint"] == changed["checkpoint"]
    assert (state["values"], state["next"]) == ({"notes": ["start", "changed"]}, ["two"])
    assert state["parent_checkpoint"] == history[2]["checkpoint"]
    await ran(services, thread_id, "steps")
    assert await values_of(client, thread_id) == {"notes": ["start", "changed", "two"]}
    first = await client.threads.get_state(thread_id, checkpoint_id=history[0]["checkpoint_id"])
    assert first["values"] == {"notes": ["start", "one", "two"]}


async def test_a_run_goes_on_from_any_checkpoint(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    history: Any = await client.threads.get_history(thread_id)
    replayed = history[1]["checkpoint"]
    await ran(services, thread_id, "steps", checkpoint=replayed)
    branches: Any = await client.threads.get_history(thread_id)
    assert branches[-4:] == history
    assert branches[0]["values"] == {"notes": ["start", "one", "two"]}
    assert branches[0]["checkpoint_id"] > history[0]["checkpoint_id"]
    # With an input it is another conversation from there on.
    await ran(services, thread_id, "steps", checkpoint=replayed, input={"notes": ["else"]})
    notes = ["start", "one", "else", "one", "two"]
    assert await values_of(client, thread_id) == {"notes": notes}
    kept = await client.threads.get_state(thread_id, checkpoint_id=history[0]["checkpoint_id"])
    assert kept["values"] == {"notes": ["start", "one", "two"]}


async def test_a_paused_thread_is_replayed_up_to_its_question(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "deep", START)
    asked = (await client.threads.get(thread_id))["interrupts"]
    [[question]] = asked.values()
    await ran(services, thread_id, "deep", command={"resume": {question["id"]: "very"}})
    history: Any = await client.threads.get_history(thread_id)
    start = next(state for state in history if state["next"] == ["middle"])
    await ran(services, thread_id, "deep", checkpoint=start["checkpoint"])
    thread = await client.threads.get(thread_id)
    assert thread["status"] == "interrupted"
    [[again]] = thread["interrupts"].values()
    assert again["value"] == {"question": "How deep?"}
    await ran(services, thread_id, "deep", command={"resume": {again["id"]: "not at all"}})
    values = await values_of(client, thread_id)
    assert values["notes"][-1] == "not at all"


async def test_the_state_of_a_graph_inside_can_be_changed(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "deep", START)
    whole: Any = await client.threads.get_state(thread_id, subgraphs=True)
    inner = whole["tasks"][0]["state"]["tasks"][0]["state"]["checkpoint"]
    changed: Any = await client.threads.update_state(
        thread_id, {"notes": ["whispered"]}, checkpoint=inner
    )
    namespace = inner["checkpoint_ns"]
    assert changed["checkpoint"]["checkpoint_ns"] == namespace
    at: Any = {"thread_id": thread_id, "checkpoint_ns": namespace}
    state: Any = await client.threads.get_state(thread_id, at)
    assert state["values"] == {"notes": ["start", "middle", "inner thought", "whispered"]}
    thread: Any = await client.threads.get(thread_id)
    assert (thread["status"], thread["values"]) == ("interrupted", START)


async def test_changes_wait_for_nobodys_run(client: LangGraphClient, services: Services) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    before = await client.threads.get_history(thread_id)
    run = await busy(services, thread_id)
    for values in ({"notes": ["x"]}, None):
        with pytest.raises(ConflictError, match="is busy"):
            await client.threads.update_state(thread_id, values)
    assert await client.threads.get_history(thread_id) == before
    await services.manager.cancel(LOCAL_USER, run.run_id)
    await client.threads.update_state(thread_id, {"notes": ["x"]})
    assert (await values_of(client, thread_id))["notes"][-1] == "x"


async def test_what_the_graph_does_not_take_changes_nothing(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "picky", START)
    before = await client.threads.get_history(thread_id)
    was = await client.threads.get(thread_id)
    refused: list[dict[str, Any]] = [
        {"values": {"notes": ["secret 7"]}, "as_node": "one"},
        {"values": {"notes": 5}, "as_node": "one"},
        {"values": [{"notes": ["x"]}], "as_node": "one"},
        {"values": {"notes": ["x"]}, "as_node": "secret"},
        {"values": {"notes": ["x"]}, "as_node": "one\0"},
        {"values": [1, 2], "as_node": "__copy__"},
    ]
    for change in refused:
        with pytest.raises(UnprocessableEntityError) as error:
            await client.threads.update_state(thread_id, **change)
        assert "secret" not in str(error.value)
    inside: Any = {"thread_id": thread_id, "checkpoint_ns": "secret:1"}
    with pytest.raises(UnprocessableEntityError, match="did not take the change"):
        await client.threads.update_state(thread_id, {"notes": ["x"]}, checkpoint=inside)
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        await client.threads.update_state(
            thread_id, {"notes": ["x"]}, checkpoint_id="00000000-0000-4000-8000-000000000000"
        )
    assert await client.threads.get_history(thread_id) == before
    assert await client.threads.get(thread_id) == was


async def test_a_thread_without_a_graph_has_no_state_to_change(client: LangGraphClient) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    with pytest.raises(UnprocessableEntityError, match="has no graph yet"):
        await client.threads.update_state(thread_id, {"notes": ["x"]})
    empty = (await client.threads.create(graph_id="steps"))["thread_id"]
    with pytest.raises(UnprocessableEntityError, match="did not take the change"):
        await client.threads.update_state(empty, None)


async def test_awkward_values_are_kept_as_they_are(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "awkward")
    await client.threads.update_state(thread_id, {"text": "x\0y"}, as_node="fill")
    assert (await values_of(client, thread_id))["text"] == "xy"
    # The graph itself sees what was said.
    moment = await services.states.get(LOCAL_USER, UUID(thread_id), Moment())
    assert moment
    assert (moment.values["text"], moment.values["tags"]) == ("x\0y", {"x"})


async def test_changes_of_a_thread_follow_each_other(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    texts = [f"change {number}" for number in range(8)]
    await asyncio.gather(
        *(client.threads.update_state(thread_id, {"notes": [text]}) for text in texts)
    )
    notes = (await values_of(client, thread_id))["notes"]
    assert (notes[:3], sorted(notes[3:])) == (["start", "one", "two"], texts)


async def test_a_change_and_a_run_never_mix(client: LangGraphClient, services: Services) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    change = client.threads.update_state(thread_id, {"notes": ["by hand"]})
    run = ran(services, thread_id, "steps", input={"notes": ["again"]})
    changed, _ = await asyncio.gather(change, run, return_exceptions=True)
    notes = (await values_of(client, thread_id))["notes"]
    whole = ["start", "one", "two", "by hand", "again", "one", "two"]
    if isinstance(changed, ConflictError):
        whole.remove("by hand")
    else:
        assert not isinstance(changed, BaseException)
    # After the run it may have come as well, if it was that late.
    assert notes in (whole, ["start", "one", "two", "again", "one", "two", "by hand"])


async def test_langgraphs_remote_graph_changes_a_state(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    remote = RemoteGraph("steps", client=client)
    config: Any = {"configurable": {"thread_id": thread_id}}
    made = await remote.aupdate_state(config, {"notes": ["by hand"]}, as_node="one")
    state = await remote.aget_state(made)
    assert (state.values["notes"][-1], state.next) == ("by hand", ("two",))
    assert (await services.threads.get(LOCAL_USER, UUID(thread_id))).values == state.values
