"""A blueprint for other eyes: without what is its owner's alone.

Connections and texts that look like secrets never leave; what names people and accounts goes too
when a blueprint is published.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from domain.blueprints.blueprint import Blueprint, Node
from domain.blueprints.checks.tasks import KEY_LIKE

Reason = Literal["connection", "secret", "email", "phone", "id"]

#: What stands where a part of a text was taken out.
_GONE: Final = "[removed]"
#: Texts in braces are paths into a run's data, not data.
_TEMPLATE: Final = re.compile(r"(\{\{.*?\}\})", re.DOTALL)
_SECRET_NAME: Final = re.compile(
    r"(^|[_\-. ])(secret|token|pass(word|phrase)?|pwd|api[_\- ]?key|private[_\- ]?key|auth"
    r"(orization)?|credentials?|signature|cookie|dsn|sid)([_\-. ]|$)",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w.])(?!\d{4}-\d\d-\d\d)\+?\d[\d ()\-]{7,18}\d(?![\w.])")
#: UUIDs, and runs of letters and digits that nobody writes by hand, such as a spreadsheet's.
_ID: Final = re.compile(
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|(?<![\w/-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{17,}(?![\w-])",
    re.IGNORECASE,
)
_PERSONAL: Final[tuple[tuple[Reason, re.Pattern[str]], ...]] = (
    ("email", _EMAIL),
    ("id", _ID),
    ("phone", _PHONE),
)


@dataclass(frozen=True, slots=True)
class Removed:
    """One thing that was taken out, and why."""

    node_id: str | None
    field: str
    reason: Reason


def stripped(
    blueprint: Blueprint,
    *,
    keep_connections: Collection[str] = (),
    personal: bool = False,
) -> tuple[Blueprint, list[Removed]]:
    """The blueprint without other connections and secrets, and what was taken out.

    With `personal` also without e-mail addresses, phone numbers and ids.
    """
    whole = _Stripping(None, personal)
    name = whole.text(blueprint.name, "name") or _GONE
    removed = whole.removed
    nodes: list[Node] = []
    for node in blueprint.nodes:
        stripping = _Stripping(node.id, personal)
        nodes.append(_node(node, stripping, keep_connections))
        removed += stripping.removed
    return blueprint.model_copy(update={"name": name, "nodes": nodes}), removed


def _node(node: Node, stripping: "_Stripping", keep_connections: Collection[str]) -> Node:
    data: dict[str, Any] = {
        "params": stripping.mapping(node.data.params, "data.params"),
    }
    if node.data.connection is not None and node.data.connection not in keep_connections:
        stripping.note("data.connection", "connection")
        data["connection"] = None
    changed: dict[str, Any] = {"data": node.data.model_copy(update=data)}
    if node.title:
        changed["title"] = stripping.text(node.title, "title") or None
    return node.model_copy(update=changed)


@dataclass(slots=True)
class _Stripping:
    node_id: str | None
    personal: bool
    removed: list[Removed] = field(default_factory=list[Removed])

    def note(self, where: str, reason: Reason) -> None:
        self.removed.append(Removed(self.node_id, where, reason))

    def mapping(self, values: Mapping[str, Any], where: str) -> dict[str, Any]:
        return dict(self._items(values, where))

    def _items(self, values: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
        for name, value in values.items():
            place = f"{where}.{name}"
            is_literal = isinstance(value, str) and bool(value) and not _TEMPLATE.search(value)
            if is_literal and _SECRET_NAME.search(name):
                self.note(place, "secret")
                yield name, ""
            else:
                yield name, self.value(value, place)

    def value(self, value: Any, where: str) -> Any:
        match value:
            case str():
                return self.text(value, where)
            case dict():
                return self.mapping(cast(dict[str, Any], value), where)
            case list():
                found = [
                    (inner, self.value(inner, f"{where}.{place}"))
                    for place, inner in enumerate(cast(list[Any], value))
                ]
                # An entry that was nothing else is no entry any more.
                return [after for before, after in found if after != "" or before == ""]
            case _:
                return value

    def text(self, text: str, where: str) -> str:
        """The text without what nobody else may see; empty when that was all of it."""
        parts = _TEMPLATE.split(text)
        for place in range(0, len(parts), 2):
            parts[place] = self._literal(parts[place], where)
        found = "".join(parts)
        return "" if found.strip() == _GONE else found

    def _literal(self, text: str, where: str) -> str:
        if KEY_LIKE.search(text):
            self.note(where, "secret")
            # Where a key ends nobody knows.
            return _GONE
        if self.personal:
            for reason, pattern in _PERSONAL:
                text, times = pattern.subn(_GONE, text)
                if times:
                    self.note(where, reason)
        return text
