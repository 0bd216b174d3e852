"""The structure of a workflow as the benchmark compares it: its ways and its values."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from domain.blueprints.blueprint import Blueprint, Node

_NAMES: Final = {"condition": "if"}


def ways_of(blueprint: Blueprint) -> frozenset[str]:
    """Every edge as `if:true>slack.post_message`; without edges the steps alone."""
    labels = labels_of(blueprint)
    ways = {
        f"{labels[edge.source]}{':' + edge.branch if edge.branch else ''}>{labels[edge.target]}"
        for edge in blueprint.edges
    }
    return frozenset(ways or labels.values())


def labels_of(blueprint: Blueprint) -> Mapping[str, str]:
    """A name for each step that says what it does, with `#2` for the second of a kind."""
    seen: Counter[str] = Counter()
    labels: dict[str, str] = {}
    fallbacks = {node.data.error_handling.fallback_action for node in blueprint.nodes}
    for node in blueprint.nodes:
        if node.id in fallbacks:
            continue
        name = _name(node)
        seen[name] += 1
        labels[node.id] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return labels


def _name(node: Node) -> str:
    if node.type in ("trigger", "action"):
        return f"{node.data.service}.{node.data.task}"
    return _NAMES.get(node.type, node.type)


def expected_ways(shape: str) -> frozenset[str]:
    """The same of a case's `shape`."""
    return frozenset("".join(way.split()) for way in shape.split(";") if way.strip())


def value_at(blueprint: Blueprint, key: str) -> Any:
    """A parameter named as `if.condition`, or of failures as `slack.post!retry_count`."""
    labels = {label: node_id for node_id, label in labels_of(blueprint).items()}
    label, sign, name = (*key.partition("!"),) if "!" in key else (*key.rpartition("."),)
    node = next((one for one in blueprint.nodes if one.id == labels.get(label)), None)
    if node is None:
        return None
    if sign == "!":
        return getattr(node.data.error_handling, name)
    return node.data.params.get(name)
