"""Many threads at the same time, through LangGraph's client."""

import asyncio

from langgraph_sdk.client import LangGraphClient

from tests.sdk.runs.clients import QUESTION, frames, new_thread


async def test_fifty_threads_at_once(client: LangGraphClient) -> None:
    async def one(number: int) -> None:
        thread_id = await new_thread(client)
        stream = client.runs.stream(
            thread_id, "telling", input=QUESTION, stream_mode=["messages-tuple", "values"]
        )
        got = await frames(stream)
        assert [got[0][0], got[-1]] == ["metadata", ("end", {"status": "success"})]
        run_id = got[0][1]["run_id"]
        joined = await client.runs.join(thread_id, run_id)
        assert joined == [data for name, data in got if name == "values"][-1], number

    async with asyncio.TaskGroup() as tasks:
        for number in range(50):
            tasks.create_task(one(number))
