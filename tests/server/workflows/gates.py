"""What tests and their graph share: it is loaded from its file, as a module of its own."""

import asyncio

#: Executions that wait here for a test to let them go, by the name it gave them.
GATES: dict[str, asyncio.Event] = {}
#: Calls that fail so often before they succeed, by name.
FAILURES: dict[str, int] = {}


def open_gate(name: str) -> None:
    """Let all go that wait, or will."""
    GATES.setdefault(name, asyncio.Event()).set()
