"""A state is changed in the caller's transaction, and read by anybody afterwards."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.capabilities import Capability
from langgraph.checkpoint.conformance.test_utils import (
    generate_checkpoint,
    generate_config,
    generate_metadata,
)
from psycopg import Rollback

from checkpoints.state_saver import ReadingSaver, StateSaver
from domain.identity import LOCAL_USER
from storage.database import Database
from storage.threads import insert_thread
from tests.graphs import sample_graphs
from tests.storage.owner import as_owner


async def test_it_keeps_langgraphs_contract(database: Database) -> None:
    @checkpointer_test(name="StateSaver")
    async def savers() -> AsyncIterator[StateSaver]:
        async with as_owner(database) as connection:
            yield StateSaver(connection)

    # Pruning wants transactions of its own, and nobody prunes while changing a state.
    wanted = {each for each in Capability if each is not Capability.PRUNE}
    report = await validate(savers, capabilities={each.value for each in wanted})
    failures = {name: result.failures for name, result in report.results.items()}
    assert report.passed_all_base(), failures
    assert not any(failures.values()), failures


@pytest.mark.parametrize("value", ["with a NUL \x00 in it", float("nan"), [1], None, "Grüße"])
async def test_any_value_comes_back(database: Database, value: Any) -> None:
    thread_id = uuid4()
    config = generate_config(str(thread_id))
    checkpoint = generate_checkpoint(channel_values={"text": value}, channel_versions={"text": "1"})
    async with database.transaction(LOCAL_USER) as connection:
        await insert_thread(connection, LOCAL_USER, thread_id, {})
        saver = StateSaver(connection)
        saved = await saver.aput(config, checkpoint, generate_metadata(), {"text": "1"})
        assert await saver.aget_tuple(saved) is not None
        # Nobody else sees it before the transaction's end.
        assert await ReadingSaver(database, LOCAL_USER).aget_tuple(saved) is None
    found = await ReadingSaver(database, LOCAL_USER).aget_tuple(saved)
    assert found is not None
    # By its text: a NaN does not equal itself.
    assert repr(found.checkpoint["channel_values"]) == repr({"text": value})


async def test_what_is_undone_was_never_there(database: Database) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": str(uuid4())}}
    async with as_owner(database) as connection:
        graph = sample_graphs.counting().copy({"checkpointer": StateSaver(connection)})
        await graph.aupdate_state(config, {"count": 4}, as_node="one")
        assert (await graph.aget_state(config)).values == {"count": 4}
        raise Rollback
    reading = sample_graphs.counting().copy({"checkpointer": ReadingSaver(database, LOCAL_USER)})
    assert (await reading.aget_state(config)).values == {}
