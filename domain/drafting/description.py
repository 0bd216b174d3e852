"""The catalogue as a chat model reads it: every task with its parameters and what it gives."""

from typing import Any

from domain.blueprints.catalogue import JsonSchema
from domain.blueprints.schemas import options
from domain.drafting.catalogue import DraftCatalogue, DraftTask

_DEEPEST = 2


def described(catalogue: DraftCatalogue) -> str:
    """One line a task."""
    lines: list[str] = []
    for service in catalogue.services:
        lines.append(f"## {service.name} ({service.title})")
        lines += [_line(task) for task in service.tasks]
    return "\n".join(lines)


def _line(task: DraftTask) -> str:
    required = set(task.params.get("required", ()))
    properties: dict[str, Any] = task.params.get("properties", {})
    params = ", ".join(
        f"{name}{'' if name in required else '?'}: {_shape(schema, task.params)}"
        for name, schema in properties.items()
    )
    result = _shape(task.result, task.result) if task.result else "any"
    return f"- {task.kind} `{task.full_name}`: {task.title}. params {{{params}}} gives {result}"


def _shape(schema: JsonSchema, root: JsonSchema, depth: int = 0) -> str:
    found = options(schema, root)
    return " | ".join(dict.fromkeys(_one(one, root, depth) for one in found)) or "any"


def _one(schema: JsonSchema, root: JsonSchema, depth: int) -> str:
    if "enum" in schema:
        return " | ".join(map(repr, schema["enum"]))
    kind = str(schema.get("type", "any"))
    properties: dict[str, Any] = schema.get("properties", {})
    if properties and depth < _DEEPEST:
        inner = (f"{name}: {_shape(one, root, depth + 1)}" for name, one in properties.items())
        return "{" + ", ".join(inner) + "}"
    if kind == "array":
        return f"[{_shape(schema.get('items', {}), root, depth + 1)}]"
    return kind
