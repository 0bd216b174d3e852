"""The baselines: the reference graph in process, alone and with LangGraph's own saver.

*Raw* is one shared `AsyncPostgresSaver` over a pool with durability `async`, as LangGraph's
documentation sets it up.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from benchmarks.graph import EVENTS, builder, graph, new_input
from benchmarks.load import Run

POOL_SIZE = 10


async def run_alone() -> float:
    """One run without a checkpointer."""
    return await _run(graph, {})


@asynccontextmanager
async def shared_saver(url: str) -> AsyncGenerator[AsyncPostgresSaver]:
    """LangGraph's own saver over the database at `url`."""
    async with AsyncConnectionPool[AsyncConnection[DictRow]](
        url,
        min_size=POOL_SIZE,
        max_size=POOL_SIZE,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        connection_class=AsyncConnection[DictRow],
    ) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        yield saver


@asynccontextmanager
async def raw_runs(url: str) -> AsyncGenerator[Run]:
    """Runs that checkpoint into the database at `url`."""
    async with shared_saver(url) as saver:
        compiled = builder().compile(checkpointer=saver)

        async def run() -> float:
            return await _run(
                compiled, {"configurable": {"thread_id": str(uuid4())}}, durability="async"
            )

        yield run


async def _run(compiled: Any, config: RunnableConfig, **options: Any) -> float:
    started_s = time.perf_counter()
    first_s = 0.0
    parts = 0
    async for mode, _ in compiled.astream(
        new_input(), config, stream_mode=["values", "custom"], **options
    ):
        parts += 1
        if mode == "custom" and not first_s:
            first_s = time.perf_counter() - started_s
    if parts != EVENTS:
        raise AssertionError(f"The reference graph streamed {parts} parts instead of {EVENTS}.")
    return first_s
