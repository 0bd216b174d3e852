"""Where a workflow's run begins: the trigger that fired, and what it brought."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import Command

from domain.blueprints.blueprint import Node
from domain.errors import InvalidInput
from graphs.workflow.ways import Ways
from nodes.workflow.state import WorkflowState
from tools.context import AgentContext


class NoSuchTrigger(InvalidInput):
    """A start that says no trigger of the workflow."""

    def __init__(self, starts: Sequence[str]) -> None:
        names = ", ".join(starts)
        super().__init__(
            f"The start does not say which trigger fired. Give `trigger`, one of: {names}."
        )


def fired(starts: Sequence[str], named: str | None) -> str:
    """The trigger that fired; raises `NoSuchTrigger`."""
    if named is None and len(starts) == 1:
        return starts[0]
    if named not in starts:
        raise NoSuchTrigger(starts)
    return str(named)


def trigger_node(node: Node, ways: Ways) -> Callable[..., Awaitable[Command[Any]]]:
    """The node that takes in what a trigger brought."""

    async def take_in(state: WorkflowState, runtime: Runtime[AgentContext]) -> Command[Any]:
        info = runtime.execution_info
        # Whoever starts graphs without ids of runs has at least threads: one start each.
        run_id = info and (info.run_id or info.thread_id)
        run = {
            "id": str(run_id),
            "started_at": datetime.now(UTC).isoformat(),
            "scheduled_for": state.get("scheduled_for"),
        }
        data = state.get("trigger_data") or {}
        update = {"run": run, "outputs": {node.id: data}, "trigger_data": data}
        return Command(update=update, goto=ways.after(node.id))

    return take_in
