"""Loops over items: a dispatcher sends out waves of items, and each is done by the loop's body."""

from collections.abc import Mapping
from typing import Any, Final, cast

from domain.blueprints.templates import resolve
from domain.workflows.caps import MOST_ITEMS, WAVE, NotAList, TooManyItems
from nodes.workflow.state import WorkflowState
from nodes.workflow.step import At

DEFAULT_CONCURRENCY: Final = 5

#: What an item's work sees of the run around it.
_SHARED: Final = (
    *("trigger", "trigger_data", "depth", "run", "outputs", "errors"),
    *("executions", "result_bytes", "within", "trial"),
)


def items_of(at: At) -> list[Any]:
    """The items; raises `NotAList`, `TooManyItems`."""
    found = resolve(at.node.id, {"items": at.node.data.params.get("items")}, at.names)["items"]
    if not isinstance(found, list):
        raise NotAList(at.node.id)
    items = cast(list[Any], found)
    if len(items) > MOST_ITEMS:
        raise TooManyItems(at.node.id, len(items))
    return items


def wave(state: WorkflowState, loop: str, path: str, start: int) -> list[dict[str, Any]]:
    """What the body is given for each of the next items."""
    items: list[Any] = state.get("loops", {})[loop]
    given: Mapping[str, Any] = state
    base: dict[str, Any] = {name: given[name] for name in _SHARED if name in given}
    return [
        {**base, "item": items[place], "index": place, "path": f"{path}[{place}]"}
        for place in range(start, min(start + WAVE, len(items)))
    ]


def result_key(loop: str, place: int) -> str:
    """Under which name the state keeps what became of an item."""
    return f"{loop}[{place}]"


def results_of(state: WorkflowState, loop: str) -> list[Any]:
    """What became of the items, in their order."""
    loops: Mapping[str, Any] = state.get("loops", {})
    return [loops[result_key(loop, place)] for place in range(len(loops[loop]))]


def forgotten(state: WorkflowState, loop: str) -> dict[str, None]:
    """A change that takes a loop's items and results out of the state."""
    count = len(state.get("loops", {})[loop])
    return dict.fromkeys([loop, *(result_key(loop, place) for place in range(count))])
