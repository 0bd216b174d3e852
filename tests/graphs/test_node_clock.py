"""A node that is at work itself may take so long; one that runs a graph is not at work itself."""

import asyncio
from collections.abc import Sequence
from typing import Any

from graphs.node_clock import NodeClock

DEADLINE_S = 10

Part = tuple[tuple[str, ...], dict[str, Any]]


def start(task_id: str, name: str = "node") -> dict[str, Any]:
    return {"id": task_id, "name": name, "triggers": ()}


def end(task_id: str, name: str = "node") -> dict[str, Any]:
    return {"id": task_id, "name": name, "result": {}, "error": None}


async def first_overdue(clock_parts: Sequence[Part]) -> str:
    late: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    clock = NodeClock(0.02, late.set_result)
    for namespace, part in clock_parts:
        clock.note(namespace, part)
    return await asyncio.wait_for(late, DEADLINE_S)


async def test_the_node_that_does_not_end_is_named_once() -> None:
    parts = [((), start("a", "quick")), ((), end("a", "quick")), ((), start("b", "slow"))]
    assert await first_overdue([*parts, ((), start("c", "also slow"))]) == "slow"


async def test_the_innermost_node_is_named() -> None:
    inner = ("outer:a",)
    parts: Sequence[Part] = [((), start("a", "outer")), (inner, start("b", "inner"))]
    assert await first_overdue(parts) == "inner"


async def test_what_ended_and_what_was_stopped_never_rings() -> None:
    rang: list[str] = []
    clock = NodeClock(0.01, rang.append)
    clock.note((), start("a"))
    clock.note((), end("a"))
    clock.note((), start("b"))
    clock.stop()
    assert await first_overdue([((), start("c", "later"))]) == "later"
    assert rang == []


async def test_no_limit_is_no_clock() -> None:
    rang: list[str] = []
    clock = NodeClock(0, rang.append)
    clock.note((), start("a"))
    for _ in range(2):  # A clock of no seconds would ring in the loop's next turn.
        await asyncio.sleep(0)
    clock.stop()
    assert rang == []
