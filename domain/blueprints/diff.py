"""What differs between two blueprints, change by change, and blueprints with some of the changes.

Steps and edges are told apart by their ids. Fields are given as paths: `data.params.message`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from domain.blueprints.blueprint import Blueprint

Part = Literal["node", "edge", "settings", "name"]
Kind = Literal["added", "removed", "changed"]

_MISSING: Final = object()
_LISTS: Final[Mapping[Literal["node", "edge"], str]] = {"node": "nodes", "edge": "edges"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change; without a field it is the whole step or edge that came or went."""

    part: Part
    kind: Kind
    part_id: str = ""
    field: tuple[str, ...] = ()
    before: Any = None
    after: Any = None

    @property
    def change_id(self) -> str:
        """Names it among the changes between two blueprints, for accepting some of them."""
        return ":".join([self.part, self.part_id, ".".join(self.field)]).rstrip(":")


def differences(base: Blueprint, changed: Blueprint) -> list[Change]:
    """All changes that lead from the one to the other, in a stable order."""
    before, after = base.model_dump(mode="json"), changed.model_dump(mode="json")
    return [
        *_field_changes("name", "", {"name": before["name"]}, {"name": after["name"]}),
        *_part_changes("node", before["nodes"], after["nodes"]),
        *_part_changes("edge", before["edges"], after["edges"]),
        *_field_changes("settings", "", before["settings"], after["settings"]),
    ]


def with_changes(
    base: Blueprint, changes: Sequence[Change], accepted: Collection[str] | None = None
) -> Blueprint:
    """The base with the changes of these ids, or with all of them.

    Edges follow their steps: one that leads to a step that is not there is left out.
    """
    chosen = [one for one in changes if accepted is None or one.change_id in accepted]
    data = base.model_dump(mode="json")
    for change in chosen:
        _apply(data, change)
    kept = {node["id"] for node in data["nodes"]}
    was = {node.id for node in base.nodes} | {one.part_id for one in changes if one.part == "node"}
    data["edges"] = [
        edge
        for edge in data["edges"]
        if all(edge[end] in kept or edge[end] not in was for end in ("source", "target"))
    ]
    return Blueprint.model_validate(data)


def _part_changes(
    part: Literal["node", "edge"], before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> Iterator[Change]:
    old, new = _by_id(before), _by_id(after)
    for part_id, value in old.items():
        if part_id not in new:
            yield Change(part, "removed", part_id, before=value)
        else:
            yield from _field_changes(part, part_id, value, new[part_id])
    for part_id, value in new.items():
        if part_id not in old:
            yield Change(part, "added", part_id, after=value)


def _by_id(parts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The first of each id."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        found.setdefault(part["id"], part)
    return found


def _field_changes(
    part: Part, part_id: str, before: Any, after: Any, path: tuple[str, ...] = ()
) -> Iterator[Change]:
    is_whole = path == ("position",)
    if isinstance(before, dict) and isinstance(after, dict) and not is_whole:
        old, new = cast(dict[str, Any], before), cast(dict[str, Any], after)
        for name in dict.fromkeys([*old, *new]):
            inner = (*path, name)
            yield from _field_changes(
                part, part_id, old.get(name, _MISSING), new.get(name, _MISSING), inner
            )
    elif before is _MISSING:
        yield Change(part, "added", part_id, path, after=after)
    elif after is _MISSING:
        yield Change(part, "removed", part_id, path, before=before)
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield Change(part, "changed", part_id, path, before, after)


def _apply(data: dict[str, Any], change: Change) -> None:
    if change.part in ("name", "settings"):
        _set(data if change.part == "name" else data["settings"], change)
        return
    parts: list[dict[str, Any]] = data[_LISTS[change.part]]
    if change.field:
        for part in parts:
            if part["id"] == change.part_id:
                _set(part, change)
                return
    elif change.kind == "added":
        parts.append(change.after)
    else:
        parts[:] = [part for part in parts if part["id"] != change.part_id]


def _set(target: dict[str, Any], change: Change) -> None:
    *way, last = change.field
    for name in way:
        target = target.setdefault(name, {})
    if change.kind == "removed":
        target.pop(last, None)
    else:
        target[last] = change.after
