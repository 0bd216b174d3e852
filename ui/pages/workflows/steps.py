"""A blueprint as an ordered list of its steps, in the order in which they happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ui.pages.workflows.services import title_of

_KINDS: Final[Mapping[str, str]] = {
    "condition": "Decides which way to go",
    "loop": "For each item",
    "approval": "Waits for a person's approval",
    "wait": "Waits",
    "agent": "An agent works on it",
}
_BRANCHES: Final[Mapping[str, str]] = {
    "true": "If so",
    "false": "Otherwise",
    "each": "For each",
    "done": "Then",
    "approved": "When approved",
    "rejected": "When rejected",
    "expired": "When nobody answers",
    "error": "When it fails",
}
#: Deeper ones are not set in any further.
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a blueprint, in words."""

    node_id: str
    title: str
    task: str
    icon: str
    #: On which way of the step before it lies; empty when there is one way only.
    branch: str
    depth: int


def steps_of(blueprint: Mapping[str, Any], titles: Mapping[tuple[str, str], str]) -> list[Step]:
    """The steps from the triggers on; `titles` names the tasks of services."""
    nodes: dict[str, Mapping[str, Any]] = {each["id"]: each for each in blueprint.get("nodes", [])}
    edges: Sequence[Mapping[str, Any]] = blueprint.get("edges", [])
    leads_to = {edge["target"] for edge in edges}
    waiting = [(name, "", 0) for name in reversed(nodes) if name not in leads_to]
    found: dict[str, Step] = {}
    while waiting:
        name, branch, depth = waiting.pop()
        if name in found or name not in nodes:
            continue
        found[name] = _step(nodes[name], branch, depth, titles)
        ways = [edge for edge in edges if edge["source"] == name]
        for edge in reversed(ways):
            way = str(edge.get("branch") or "")
            deeper = depth + 1 if way and way != "done" else depth
            waiting.append((edge["target"], _BRANCHES.get(way, way), min(deeper, _DEEPEST)))
    return list(found.values())


def tasks_of(blueprint: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Service and task of each step."""
    nodes: Sequence[Mapping[str, Any]] = blueprint.get("nodes", [])
    return [_task_of(node) for node in nodes]


def _task_of(node: Mapping[str, Any]) -> tuple[str, str]:
    data: Mapping[str, Any] = node.get("data") or {}
    return str(data.get("service") or ""), str(data.get("task") or "")


def _step(
    node: Mapping[str, Any], branch: str, depth: int, titles: Mapping[tuple[str, str], str]
) -> Step:
    kind = str(node["type"])
    service, task = _task_of(node)
    named = titles.get((service, task)) or task.replace("_", " ").capitalize()
    words = f"{title_of(service)}: {named}" if service else _KINDS.get(kind, kind)
    icon = service or ("bolt" if kind == "trigger" else kind)
    title = str(node.get("title") or named or _KINDS.get(kind, kind))
    return Step(str(node["id"]), title, words, icon, branch, depth)
