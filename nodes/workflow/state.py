"""What a run of a workflow knows, and what its nodes see of it."""

from collections.abc import Mapping
from operator import add
from typing import Annotated, Any, TypedDict


def merged(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    """Both, the newer value of each name; a value of None takes the name away."""
    both = {**(old or {}), **(new or {})}
    return {name: value for name, value in both.items() if value is not None}


def laid_over(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    """Both, the newer value of each name, also when that is None."""
    return {**(old or {}), **(new or {})}


class WorkflowInput(TypedDict, total=False):
    """What starts a run: `WorkflowStart.input()`."""

    trigger: str | None
    trigger_data: dict[str, Any]
    scheduled_for: str | None
    depth: int


class WorkflowState(WorkflowInput, total=False):
    """A run under way, or one item of a loop in it."""

    #: `{id, started_at, scheduled_for}`; the id is that of the thread's first run.
    run: dict[str, Any]
    #: What each node gave back, by its id.
    outputs: Annotated[dict[str, Any], laid_over]
    #: Why nodes failed, by their id.
    errors: Annotated[dict[str, Any], laid_over]
    #: The edges into joins that are alive.
    alive: Annotated[dict[str, bool], laid_over]
    #: The items of loops under way, and what became of each.
    loops: Annotated[dict[str, Any], merged]
    #: What nodes that are done in two steps have made ready, by their id.
    prepared: Annotated[dict[str, Any], merged]
    #: Steps whose next attempt a later run makes: `{failed, question}`, by their id.
    retries: Annotated[dict[str, Any], merged]
    item: Any
    index: int
    #: The item path so far, as in `loop_1[3]`.
    path: str
    #: The workflows around this one, of which it is a step.
    within: list[str]
    executions: Annotated[int, add]
    result_bytes: Annotated[int, add]


def names_of(state: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The names that a node's templates and conditions may use."""
    names: dict[str, Any] = {
        **state.get("outputs", {}),
        "trigger_data": state.get("trigger_data") or {},
        "run": state.get("run", {}),
        "settings": settings,
    }
    for name in ("item", "index"):
        if name in state:
            names[name] = state[name]
    return names
