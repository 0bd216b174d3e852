"""The checker of exemptions finds what it is for."""

import pytest

from tests.architecture.exemptions import (
    BARE_TASK,
    BROAD_EXCEPT,
    SILENCED_TYPE,
    Exemption,
    exemption_violations,
)
from tests.architecture.sources import parse

CASES = [
    ("try: ...\nexcept Exception: ...", BROAD_EXCEPT),
    ("try: ...\nexcept: ...", BROAD_EXCEPT),
    ("try: ...\nexcept (OSError, BaseException) as e: ...", BROAD_EXCEPT),
    ("asyncio.create_task(f())", BARE_TASK),
    ("asyncio.get_running_loop().create_task(f())", BARE_TASK),
    ("asyncio.ensure_future(f())", BARE_TASK),
    ("x = 1  # type: ignore[assignment]", SILENCED_TYPE),
    ("x = 1  # pyright: ignore[reportAny]", SILENCED_TYPE),
]


@pytest.mark.parametrize(("text", "rule"), CASES)
def test_a_use_without_an_exemption_is_found(text: str, rule: str) -> None:
    found = exemption_violations([parse("server/x.py", text)], [])
    assert len(found) == 1
    assert rule in found[0]


@pytest.mark.parametrize(("text", "rule"), CASES)
def test_an_exemption_covers_as_many_uses_as_it_says(text: str, rule: str) -> None:
    exemptions = [Exemption("server/x.py", rule, 1, "because")]
    once = parse("server/x.py", text)
    twice = parse("server/x.py", f"{text}\n{text}")
    assert exemption_violations([once], exemptions) == []
    assert len(exemption_violations([twice], exemptions)) == 1


def test_an_exemption_that_nobody_needs_is_found() -> None:
    exemptions = [Exemption("server/x.py", BROAD_EXCEPT, 1, "because")]
    found = exemption_violations([parse("server/x.py", "x = 1")], exemptions)
    assert found == ["server/x.py: 1 x broad except are allowed, 0 used; shorten the list"]


@pytest.mark.parametrize(
    "text",
    [
        "async def f():\n"
        "    async with asyncio.TaskGroup() as tasks:\n"
        "        tasks.create_task(g())",
        "def f(tasks: TaskGroup):\n    tasks.create_task(g())",
        "async def f(self, stack):\n"
        "    self._tasks = await stack.enter_async_context(asyncio.TaskGroup())\n"
        "    self._tasks.create_task(g())",
        "class A:\n    def __init__(self, tasks: asyncio.TaskGroup):\n"
        "        self._tasks = tasks\n"
        "    def f(self):\n        self._tasks.create_task(g())",
        "try: ...\nexcept OSError: ...",
        "x = 'no # type: ignore here'",
    ],
)
def test_tasks_of_a_group_and_narrow_excepts_pass(text: str) -> None:
    assert exemption_violations([parse("server/x.py", text)], []) == []
