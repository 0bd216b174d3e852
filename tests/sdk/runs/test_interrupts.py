"""Graphs pause for an answer, and go on with it, through LangGraph's client."""

from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import APIStatusError, ConflictError

from tests.graphs.recordings import COUNT
from tests.sdk.runs.clients import frames, new_thread


async def test_a_question_is_in_the_result_and_its_answer_goes_on(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    paused: Any = await client.runs.wait(thread_id, "asking", input=COUNT)
    [asked] = paused["__interrupt__"]
    assert asked["value"] == {"question": "First number?"}
    assert asked["response_schema"] == {"type": "integer"}
    thread = await client.threads.get(thread_id)
    assert thread["status"] == "interrupted"
    assert [it for group in thread["interrupts"].values() for it in group] == [asked]
    # The only question needs no name; the second one comes from the same place.
    paused = await client.runs.wait(thread_id, "asking", command={"resume": 3})
    [asked] = paused["__interrupt__"]
    assert asked["value"] == {"question": "Second number?"}
    done = await client.runs.wait(thread_id, "asking", command={"resume": {asked["id"]: 4}})
    assert done == {"count": 7}
    assert (await client.threads.get(thread_id))["status"] == "idle"
    assert {run["status"] for run in await client.runs.list(thread_id)} == {"success"}


async def test_questions_side_by_side_are_answered_by_their_ids(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    got = await frames(
        client.runs.stream(
            thread_id, "asking_twice", input=COUNT, stream_mode=["values", "updates"]
        )
    )
    assert got[-1] == ("end", {"status": "interrupted"})
    asked = [data for name, data in got if name == "values"][-1]["__interrupt__"]
    assert {one["value"] for one in asked} == {"One?", "Two?"}
    told = [
        data["__interrupt__"] for name, data in got if "__interrupt__" in data and name == "updates"
    ]
    assert sorted(one["value"] for group in told for one in group) == ["One?", "Two?"]
    joined: Any = await client.runs.join(thread_id, got[0][1]["run_id"])
    assert joined["__interrupt__"] == asked
    with pytest.raises(APIStatusError) as refused:
        await client.runs.create(thread_id, "asking_twice", command={"resume": 1})
    assert refused.value.status_code == 422
    # One after the other: what is not answered stays.
    paused: Any = await client.runs.wait(
        thread_id, "asking_twice", command={"resume": {asked[0]["id"]: 1}}
    )
    assert [one["id"] for one in paused["__interrupt__"]] == [asked[1]["id"]]
    done: Any = await client.runs.wait(
        thread_id, "asking_twice", command={"resume": {asked[1]["id"]: 2}}
    )
    assert done == {"count": 10}


async def test_several_questions_are_answered_at_once(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    paused: Any = await client.runs.wait(thread_id, "asking_twice", input=COUNT)
    answers = {asked["id"]: number for number, asked in enumerate(paused["__interrupt__"])}
    done: Any = await client.runs.wait(thread_id, "asking_twice", command={"resume": answers})
    assert done == {"count": 8}
    assert (await client.threads.get(thread_id))["status"] == "idle"


async def test_an_answer_that_comes_twice_or_does_not_fit_is_refused(
    client: LangGraphClient,
) -> None:
    thread_id = await new_thread(client)
    paused: Any = await client.runs.wait(thread_id, "asking", input=COUNT)
    [asked] = paused["__interrupt__"]
    with pytest.raises(APIStatusError) as refused:
        await client.runs.create(thread_id, "asking", command={"resume": {asked["id"]: "three"}})
    assert refused.value.status_code == 422
    answer: Any = {"resume": {asked["id"]: 3}}
    await client.runs.wait(thread_id, "asking", command=answer)
    with pytest.raises(ConflictError):
        await client.runs.create(thread_id, "asking", command=answer)


async def test_a_breakpoint_pauses_and_null_goes_on(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    got = await frames(
        client.runs.stream(
            thread_id,
            "waiting",
            input={"done": ["begun"]},
            stream_mode=["values", "updates"],
            interrupt_before=["second"],
        )
    )
    assert got[-2:] == [("updates", {"__interrupt__": []}), ("end", {"status": "interrupted"})]
    assert (await client.threads.get(thread_id))["status"] == "interrupted"
    joined: Any = await client.runs.join(thread_id, got[0][1]["run_id"])
    assert joined == {"done": ["begun", "first"]}
    done: Any = await client.runs.wait(thread_id, "waiting", input=None)
    assert done == {"done": ["begun", "first", "second"]}
    after: Any = await client.runs.wait(thread_id, "waiting", input={}, interrupt_after="*")
    assert after["done"][-1] == "first"


async def test_a_command_may_update_the_state_and_say_where_to_go(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    await client.runs.wait(thread_id, "waiting", input={"done": []})
    done: Any = await client.runs.wait(
        thread_id, "waiting", command={"update": {"done": ["told"]}, "goto": "second"}
    )
    assert done["done"] == ["first", "second", "told", "second"]
