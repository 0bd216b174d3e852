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

from checkpoints.state_saver import StateSaver, reading_saver
from storage.database import Database
from tests.graphs import sample_graphs


async def test_it_keeps_langgraphs_contract(database: Database) -> None:
    @checkpointer_test(name="StateSaver")
    async def savers() -> AsyncIterator[StateSaver]:
        async with database.transaction() as connection:
            yield StateSaver(connection)

    # Pruning wants transactions of its own, and nobody prunes while changing a state.
    wanted = {each for each in Capability if each is not Capability.PRUNE}
    report = await validate(savers, capabilities={each.value for each in wanted})
    failures = {name: result.failures for name, result in report.results.items()}
    assert report.passed_all_base(), failures
    assert not any(failures.values()), failures


@pytest.mark.parametrize("value", ["with a NUL \x00 in it", float("nan"), [1], None, "Grüße"])
async def test_any_value_comes_back(database: Database, value: Any) -> None:
    config = generate_config(str(uuid4()))
    checkpoint = generate_checkpoint(channel_values={"text": value}, channel_versions={"text": "1"})
    async with database.transaction() as connection:
        saver = StateSaver(connection)
        saved = await saver.aput(config, checkpoint, generate_metadata(), {"text": "1"})
        assert await saver.aget_tuple(saved) is not None
        # Nobody else sees it before the transaction's end.
        assert await reading_saver(database.api).aget_tuple(saved) is None
    found = await reading_saver(database.api).aget_tuple(saved)
    assert found is not None
    # By its text: a NaN does not equal itself.
    assert repr(found.checkpoint["channel_values"]) == repr({"text": value})


async def test_what_is_undone_was_never_there(database: Database) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": str(uuid4())}}
    async with database.transaction() as connection:
        graph = sample_graphs.counting().copy({"checkpointer": StateSaver(connection)})
        await graph.aupdate_state(config, {"count": 4}, as_node="one")
        assert (await graph.aget_state(config)).values == {"count": 4}
        raise Rollback
    reading = sample_graphs.counting().copy({"checkpointer": reading_saver(database.api)})
    assert (await reading.aget_state(config)).values == {}
