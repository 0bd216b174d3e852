"""How two versions of a workflow differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from domain.blueprints.blueprint import Blueprint

#: Where nodes stand on the canvas is no difference in what they do.
_LOOKS = "position"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that is different; null is not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PartDifference:
    """A node or an edge that came, went or changed."""

    id: str
    change: Literal["added", "removed", "changed"]
    fields: list[FieldDifference]


@dataclass(frozen=True, slots=True)
class Differences:
    """From one version to another."""

    nodes: list[PartDifference]
    edges: list[PartDifference]
    settings: list[FieldDifference]


def differences(before: Blueprint, after: Blueprint) -> Differences:
    """What became different, in the order of the parts."""
    old, new = (each.model_dump(mode="json") for each in (before, after))
    return Differences(
        nodes=list(_parts(old["nodes"], new["nodes"])),
        edges=list(_parts(old["edges"], new["edges"])),
        settings=list(_fields(old["settings"], new["settings"], "")),
    )


def _parts(before: list[Any], after: list[Any]) -> Iterator[PartDifference]:
    old, new = ({part["id"]: part for part in parts} for parts in (before, after))
    for part_id in dict.fromkeys([*old, *new]):
        if part_id not in new:
            yield PartDifference(part_id, "removed", [])
        elif part_id not in old:
            yield PartDifference(part_id, "added", [])
        elif fields := list(_fields(old[part_id], new[part_id], "")):
            yield PartDifference(part_id, "changed", fields)


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], where: str
) -> Iterator[FieldDifference]:
    for name in dict.fromkeys([*before, *after]):
        field = f"{where}{name}"
        old, new = before.get(name), after.get(name)
        if old == new or field == _LOOKS:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            inner = cast(dict[str, Any], old), cast(dict[str, Any], new)
            yield from _fields(*inner, f"{field}.")
        else:
            yield FieldDifference(field, old, new)
