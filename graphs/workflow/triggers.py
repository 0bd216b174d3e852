"""Where a workflow's run begins: the trigger that fired, and what it brought."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from langgraph.runtime import Runtime
from langgraph.types import Command

from domain.blueprints.blueprint import Node
from domain.errors import InvalidInput
from graphs.workflow.ways import Ways
from nodes.workflow.state import WorkflowState
from tools.context import AgentContext

#: The service of triggers by hand.
MANUAL: Final = "manual"


class NoSuchTrigger(InvalidInput):
    """A start that says no trigger of the workflow."""

    def __init__(self, starts: Sequence[str]) -> None:
        names = ", ".join(starts)
        super().__init__(
            f"The start does not say which trigger fired. Give `trigger`, one of: {names}."
        )


def fired(starts: Sequence[str], named: str | None, by_hand: Sequence[str]) -> str:
    """The trigger that fired: the one that is named, the only one, or the only one by hand.

    Raises `NoSuchTrigger`.
    """
    for alone in (starts, by_hand):
        if named is None and len(alone) == 1:
            return alone[0]
    if named not in starts:
        raise NoSuchTrigger(starts)
    return str(named)


def trigger_node(
    node: Node, ways: Ways, *, is_inlined: bool
) -> Callable[..., Awaitable[Command[Any]]]:
    """The node that takes in what a trigger brought; a step of another run belongs to that."""

    async def take_in(state: WorkflowState, runtime: Runtime[AgentContext]) -> Command[Any]:
        info = runtime.execution_info
        # Whoever starts graphs without ids of runs has at least threads: one start each.
        run_id = info and (info.run_id or info.thread_id)
        run = {
            "id": str(run_id),
            "started_at": datetime.now(UTC).isoformat(),
            "scheduled_for": state.get("scheduled_for"),
        }
        if is_inlined:
            run = state.get("run")
        data = state.get("trigger_data") or {}
        update = {"run": run, "outputs": {node.id: data}, "trigger_data": data}
        return Command(update=update, goto=ways.after(node.id))

    return take_in
