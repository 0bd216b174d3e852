"""The parameters of the node types that are no tasks of a service, as JSON schemas."""

from collections.abc import Mapping
from typing import Final

from domain.blueprints.blueprint import Node
from domain.blueprints.catalogue import Catalogue, JsonSchema

MOST_APPROVALS: Final = 1_000

_TEXT: Final = {"type": "string"}
_SECONDS: Final = {"type": "number", "minimum": 1}
#: Paths of values, or names with a template each.
_EDITABLE: Final = {"anyOf": [{"type": "array", "items": _TEXT}, {"type": "object"}]}

BUILT_IN_PARAMS: Final[Mapping[str, JsonSchema]] = {
    "condition": {"properties": {"condition": _TEXT}, "required": ["condition"]},
    "loop": {
        "properties": {
            # A list, or the template of one: there is a problem of its own for others.
            "items": {},
            "concurrency": {"type": "integer", "minimum": 1, "maximum": 20},
        },
        "required": ["items"],
    },
    "approval": {
        "properties": {
            "title": _TEXT,
            "message": _TEXT,
            "approvers": {"type": "array", "items": _TEXT},
            "quorum": {"type": "integer", "minimum": 1, "maximum": MOST_APPROVALS},
            "veto": {"type": "boolean"},
            "editable": _EDITABLE,
            "reminder_after": _SECONDS,
            "escalate_after": _SECONDS,
            "escalate_to": {"type": "array", "items": _TEXT},
            "expires_after": _SECONDS,
            "on_expiry": {"enum": ["branch", "reject"]},
        },
        "required": ["title", "approvers"],
    },
    "wait": {
        # How long they may be is a problem of its own.
        "properties": {
            "seconds": {"type": "number"},
            "until": _TEXT,
            "event": _TEXT,
            # Only an event with this key counts.
            "key": _TEXT,
        },
    },
    "agent": {
        "properties": {"assistant": _TEXT, "input": {}, "output_schema": {"type": "object"}},
        "required": ["assistant", "input"],
    },
}


#: Of a condition with several branches, each with a condition of its own.
CASES_PARAMS: Final[JsonSchema] = {
    "properties": {
        "cases": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": _TEXT, "condition": _TEXT},
                "required": ["name", "condition"],
            },
        }
    },
    "required": ["cases"],
}


def params_schema(node: Node, catalogue: Catalogue) -> JsonSchema | None:
    """What a node's parameters have to be; None for a task that does not exist."""
    if node.type == "condition" and "cases" in node.data.params:
        return CASES_PARAMS
    if node.type in BUILT_IN_PARAMS:
        return BUILT_IN_PARAMS[node.type]
    task = catalogue.task(node.data.service, node.data.task)
    return task.params if task else None
