"""Trying an execution again: what would be done once more, said before it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

from domain.blueprints.blueprint import Blueprint, Node
from domain.blueprints.catalogue import Effect
from domain.blueprints.flow import Flow
from domain.errors import Conflict
from domain.workflows.effects import EffectStatus
from domain.workflows.run_view import NodeView

#: On the same thread, or as a new execution.
RetryFrom = Literal["failed_node", "start"]
WhichVersion = Literal["same", "latest"]
Refusal = Literal[
    "not_failed",
    "already_retried",
    "plan_changed",
    "history_gone",
    "waiting",
    "version_incompatible",
]

_SENTENCES: Final[dict[Refusal, str]] = {
    "not_failed": "This execution has not failed, so there is nothing to try again. Execute the "
    "workflow to run it once more.",
    "already_retried": "This execution was tried again already. Look at the newer one.",
    "plan_changed": "What would be repeated is not what you were shown any more. Ask for the plan "
    "again and look at it.",
    "history_gone": "What this needs of the execution is cleared away. Try it from the start, or "
    "execute the workflow with the data.",
    "waiting": "This execution is still under way. Answer what it asks, or wait until it ends.",
    "version_incompatible": "The latest version has other steps where this execution was, so it "
    "cannot go on there. Try the same version, or from the start.",
}


class RetryRefused(Conflict):
    """An execution that is not tried again, with a code for programs."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(_SENTENCES[code])
        self.code = code
        self.facts = {"code": code}


@dataclass(frozen=True, slots=True)
class KnownEffect:
    """Something that an execution did to the world outside, or may have done."""

    effect_key: str
    node_id: str
    path: str
    service: str
    task: str
    effect: Effect
    status: EffectStatus
    reference: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """What trying again means. The same plan has the same id."""

    plan_id: str
    start: RetryFrom
    version: int
    #: Nodes whose outputs are kept, and nodes that are or may be executed.
    reused: Sequence[str]
    reruns: Sequence[str]
    #: What may happen a second time: to be acknowledged, each by its key.
    repeats: Sequence[KnownEffect]


def plan_from_failed_node(
    blueprint: Blueprint, view: Sequence[NodeView]
) -> tuple[list[str], list[str]]:
    """The nodes that are kept and those that are executed, when it goes on where it failed."""
    flow = Flow(blueprint)
    undone = {node.node_id for node in view if node.status != "success"}
    behind = flow.reached(name for name in undone if name in flow.nodes)
    stirred = dict.fromkeys(node.node_id for node in view)
    triggers = set(flow.triggers())
    reruns = [name for name in flow.nodes if name in behind or not (undone or name in stirred)]
    kept = [name for name in stirred if name not in behind]
    return kept, [name for name in reruns if name not in triggers]


def made_plan(
    start: RetryFrom,
    place: tuple[UUID, int],
    nodes: tuple[Sequence[str], Sequence[str]],
    effects: Iterable[KnownEffect],
) -> RetryPlan:
    """The plan; `place` is the last run and the version, `nodes` are kept and executed ones."""
    repeats = [effect for effect in effects if _repeats(start, effect, nodes[1])]
    last_run_id, version = place
    said = [start, str(last_run_id), str(version)]
    said += [f"{effect.effect_key} {effect.status}" for effect in repeats]
    plan_id = sha256("\n".join(said).encode()).hexdigest()[:32]
    return RetryPlan(plan_id, start, version, *nodes, repeats)


def _repeats(start: RetryFrom, effect: KnownEffect, reruns: Sequence[str]) -> bool:
    if effect.effect == "read" or effect.status == "failed":
        return False
    if start == "start":
        # A new execution knows nothing of what this one did.
        return True
    # What was done is answered by the ledger; what may have been is looked up, or sent under its
    # key, where the provider can do that.
    return effect.status != "done" and effect.effect == "unsafe" and effect.node_id in reruns


def is_compatible(before: Blueprint, after: Blueprint, stirred: Iterable[str]) -> bool:
    """Whether nodes that an execution has been at are the same kind of step in another version."""
    old, new = ({node.id: node for node in each.nodes} for each in (before, after))
    return all(
        name in new and (name not in old or _kind(old[name]) == _kind(new[name]))
        for name in stirred
    )


def _kind(node: Node) -> tuple[str, str | None, str | None]:
    return node.type, node.data.service, node.data.task
