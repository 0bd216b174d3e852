"""Trials: runs of a draft that end at a node, and that take what some nodes gave back as known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.flow import Flow
from domain.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Trial:
    """What makes a run a trial."""

    #: The node that it ends at; None goes to the end.
    until: str | None = None
    #: What nodes gave back, by their id: they are not done.
    pinned: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_input(self) -> dict[str, Any]:
        """The part of the graph's input that says so."""
        return {"until": self.until, "pinned": dict(self.pinned)}


def trial_in(given: Mapping[str, Any]) -> Trial | None:
    """The trial that the input of a run says; None for any other run."""
    said: Any = given.get("trial")
    if not isinstance(said, dict):
        return None
    fields = cast(dict[str, Any], said)
    return Trial(fields.get("until"), fields.get("pinned") or {})


def checked_trial(
    blueprint: Blueprint, until: str | None, pinned: Mapping[str, Any]
) -> Trial | None:
    """The trial of a blueprint, None when nothing makes it one; raises `InvalidInput`."""
    if until is None and not pinned:
        return None
    kinds = {node.id: node.type for node in blueprint.nodes}
    if until is not None and until not in kinds:
        raise InvalidInput(f"`until` names no step of this version: {until}. Save the draft first.")
    for node_id in pinned:
        if node_id not in kinds:
            raise InvalidInput(f"`pinned` names no step of this version: {node_id}. Unpin it.")
        if kinds[node_id] == "trigger":
            raise InvalidInput(
                f"`pinned` names the trigger {node_id}. What a trigger brings is the `payload`."
            )
    return Trial(until, pinned)


def branch_of(output: Any) -> str | None:
    """The branch that a pinned output takes, as the steps with branches say it."""
    if not isinstance(output, dict):
        return None
    fields = cast(dict[str, Any], output)
    said = (fields.get(name) for name in ("branch", "decision", "outcome"))
    return next((one for one in said if isinstance(one, str)), None)


def upto(blueprint: Blueprint, until: str) -> Blueprint:
    """The part of a blueprint that leads to a node: itself, what comes before, and their loops.

    Raises `NotFound` when there is no such node.
    """
    flow = Flow(blueprint)
    if until not in flow.nodes:
        raise NotFound("step of this version", until)
    kept = {until, *flow.before(until)}
    for loop, body in flow.bodies.items():
        # What comes after a loop needs all of its body, what is in it only what leads there.
        if loop in kept and until not in body:
            kept |= body
    return blueprint.model_copy(
        update={
            "nodes": [node for node in blueprint.nodes if node.id in kept],
            "edges": [
                edge for edge in blueprint.edges if edge.source in kept and edge.target in kept
            ],
        }
    )
