"""Steps in a trial: what is pinned is taken as what they gave back, and nothing is done."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.workflows.trials import branch_of
from nodes.workflow.step import At, Done, Step, Work


def has_pin(state: Mapping[str, Any], node_id: str) -> bool:
    """Whether a node's output is pinned in this run."""
    return node_id in _pins(state)


def with_pins(step: Step) -> Step:
    """The step, which does nothing where its output is pinned."""
    first = step.first and _unless_pinned(step.first, _nothing)
    return replace(step, work=_unless_pinned(step.work, _pinned), first=first)


def pinned_step(step: Step) -> Step:
    """The step as it is done where its output is pinned."""
    return replace(step, work=_pinned)


def _unless_pinned(work: Work, instead: Work) -> Work:
    async def do(at: At) -> Done:
        return await (instead if has_pin(at.state, at.node.id) else work)(at)

    return do


async def _pinned(at: At) -> Done:
    output = _pins(at.state)[at.node.id]
    at.telling.begin({})
    return Done(output, branch_of(output))


async def _nothing(_at: At) -> Done:
    return Done()


def _pins(state: Mapping[str, Any]) -> Mapping[str, Any]:
    trial: Mapping[str, Any] = state.get("trial") or {}
    return trial.get("pinned") or {}
