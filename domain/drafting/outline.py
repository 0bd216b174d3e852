"""A workflow as people read it: an outline in Markdown, one line a step."""

from collections.abc import Iterator
from typing import Any, Final, cast

from domain.blueprints.blueprint import Blueprint, Node, branches
from domain.blueprints.flow import Flow

_BRANCHES: Final = {
    "true": "if so",
    "false": "otherwise",
    "each": "each time",
    "done": "after the last one",
    "approved": "if approved",
    "rejected": "if rejected",
    "expired": "if nobody answers",
    "received": "when it comes",
}
_SHOWN: Final = 80


def outline(blueprint: Blueprint) -> str:
    """The steps in their order, those of a branch below it; a step that was shown is named only."""
    flow = Flow(blueprint)
    shown: set[str] = set()
    lines = [f"**{blueprint.name}**"]
    for trigger in flow.triggers():
        lines += _lines(flow, trigger, 0, shown)
    for target in sorted(flow.fallback_targets - shown):
        lines.append("- if a step fails:")
        lines += _lines(flow, target, 1, shown)
    return "\n".join(lines)


def _lines(flow: Flow, node_id: str, depth: int, shown: set[str]) -> Iterator[str]:
    indent = "  " * depth
    node = flow.nodes[node_id]
    if node_id in shown:
        yield f"{indent}- then “{_title(node)}”, as above"
        return
    shown.add(node_id)
    yield f"{indent}- {_sentence(node)}"
    following = flow.outgoing[node_id]
    if not branches(node):
        onward = [edge for edge in following if not flow.returns_to_loop(edge)]
        for place, edge in enumerate(onward):
            yield from _lines(flow, edge.target, depth + (place > 0), shown)
        return
    for branch in branches(node):
        targets = [edge.target for edge in following if edge.branch == branch]
        if targets:
            yield f"{indent}  - {_BRANCHES[branch]}:"
        for target in targets:
            yield from _lines(flow, target, depth + 2, shown)


def _title(node: Node) -> str:
    return node.title or node.id


def _sentence(node: Node) -> str:
    params = node.data.params
    match node.type:
        case "trigger":
            cron = f" (`{params['cron']}`)" if params.get("cron") else ""
            return f"starts with: {_title(node)}{cron}"
        case "condition":
            return f"checks `{params.get('condition', '?')}`"
        case "loop":
            return f"goes through `{params.get('items', '?')}`"
        case "wait":
            return _title(node).lower()
        case "approval":
            asked = ", ".join(map(str, params.get("approvers", []))) or "somebody"
            return f"asks {asked} for approval"
        case _:
            return f"{_title(node)}{_details(node)}"


def _details(node: Node) -> str:
    """The values that tell it from other steps of its kind."""
    names = ("channel", "to", "phone_number", "url", "range", "name", "seconds")
    given = [node.data.params[name] for name in names if node.data.params.get(name)]
    found = [
        ", ".join(map(str, cast(list[Any], one))) if isinstance(one, list) else str(one)
        for one in given
    ]
    text = ", ".join(found)[:_SHOWN]
    return f" ({text})" if text else ""
