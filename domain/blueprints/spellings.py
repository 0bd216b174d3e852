"""Other names for a blueprint's fields and types, as other tools and people write them."""

from collections.abc import Mapping
from typing import Any, Final

NODE_TYPES: Final[Mapping[str, str]] = {
    "for_each": "loop",
    "foreach": "loop",
    "if": "condition",
    "branch": "condition",
    "delay": "wait",
    "human_approval": "approval",
    "ai": "agent",
}
NODE_FIELDS: Final[Mapping[str, str]] = {"name": "title", "label": "title", "kind": "type"}
DATA_FIELDS: Final[Mapping[str, str]] = {
    "integration": "service",
    "app": "service",
    "action": "task",
    "operation": "task",
    "parameters": "params",
    "inputs": "params",
    "connection_id": "connection",
    "onError": "error_handling",
}
EDGE_FIELDS: Final[Mapping[str, str]] = {
    "from": "source",
    "to": "target",
    "sourceHandle": "branch",
    "source_handle": "branch",
}
ERROR_FIELDS: Final[Mapping[str, str]] = {
    "retries": "retry_count",
    "max_retries": "retry_count",
    "delay": "retry_delay",
}
#: Of the parameters of each type, which may also stand beside them in `data`.
PARAMS: Final[Mapping[str, Mapping[str, str]]] = {
    "condition": {"condition": "condition", "expression": "condition"},
    "loop": {
        "items": "items",
        "list": "items",
        "collection": "items",
        "items_path": "items",
        "concurrency": "concurrency",
    },
    "wait": {"seconds": "seconds", "duration": "seconds", "until": "until", "event": "event"},
}


def renamed(part: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The same under our names; where ours is there already, the other stays and is refused."""
    found: dict[str, Any] = {}
    for name, value in part.items():
        ours = names.get(name, name)
        free = ours not in part and ours not in found
        found[ours if free else name] = value
    return found
