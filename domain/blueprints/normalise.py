"""Blueprints as other tools spell them, in our spelling.

Touches only what it knows: what is wrong stays wrong, so that validation can say it.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any, Final, cast

from domain.blueprints.layout import ROW_HEIGHT, Way, layout
from domain.blueprints.spellings import (
    DATA_FIELDS,
    EDGE_FIELDS,
    ERROR_FIELDS,
    NODE_FIELDS,
    NODE_TYPES,
    PARAMS,
    renamed,
)

Data = dict[str, Any]

_IN_DATA: Final = ("service", "task", "params", "connection", "error_handling")
_PATHS: Final = (("true_path", "true"), ("false_path", "false"))
_PATH: Final = r"""[A-Za-z_]\w*(?:\.\w+|\[(?:"[^"\\]*"|\d+)\])*"""
_BRACES: Final = re.compile(r"\{\{\s*(" + _PATH + r")\s*\}\}", re.ASCII)
_BRACES_OR_TEXT: Final = re.compile(
    _BRACES.pattern + r"""|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.ASCII
)
_PLACE: Final = re.compile(r"\.(\d+)(?!\w)", re.ASCII)


def normalised(document: Any) -> Any:
    """The document in our spelling; the same once more changes nothing. The argument is kept."""
    if not isinstance(document, dict):
        return document
    blueprint = deepcopy(cast(Data, document))
    blueprint.setdefault("schema", 1)
    blueprint.setdefault("name", "Untitled workflow")
    blueprint.setdefault("edges", [])
    nodes, edges = blueprint.get("nodes"), blueprint["edges"]
    if not _are_objects(nodes) or not _are_objects(edges):
        return blueprint
    blueprint["nodes"] = [_node(node) for node in cast(list[Data], nodes)]
    blueprint["edges"] = [renamed(edge, EDGE_FIELDS) for edge in cast(list[Data], edges)]
    for node in list(blueprint["nodes"]):
        _draw_paths(node, blueprint)
        _draw_actions(node, blueprint)
    _name_edges(blueprint["edges"])
    _place_nodes(blueprint)
    return blueprint


def _are_objects(parts: Any) -> bool:
    return isinstance(parts, list) and all(
        isinstance(part, dict) for part in cast(list[Any], parts)
    )


def _node(node: Data) -> Data:
    found = renamed(node, NODE_FIELDS)
    kind = found.get("type")
    if isinstance(kind, str):
        found["type"] = NODE_TYPES.get(kind, kind)
    data = found.get("data", {})
    if not isinstance(data, dict):
        return found
    data = renamed(cast(Data, data), DATA_FIELDS)
    for name in list(found):
        ours = DATA_FIELDS.get(name, name)
        if ours in _IN_DATA and ours not in data:
            data[ours] = found.pop(name)
    _move_params(str(found.get("type")), data)
    handling = data.get("error_handling")
    if isinstance(handling, dict):
        data["error_handling"] = renamed(cast(Data, handling), ERROR_FIELDS)
    found["data"] = data
    return found


def _move_params(kind: str, data: Data) -> None:
    """What belongs to the parameters and stands beside them; conditions without braces."""
    known = PARAMS.get(kind)
    params = data.setdefault("params", {}) if known else data.get("params")
    if not isinstance(params, dict):
        return
    params = cast(Data, params)
    for name, ours in (known or {}).items():
        if name in params and name != ours and ours not in params:
            params[ours] = params.pop(name)
        if name in data and ours not in params:
            params[ours] = data.pop(name)
    condition = params.get("condition")
    if kind == "condition" and isinstance(condition, str):
        params["condition"] = without_braces(condition)


def without_braces(condition: str) -> str:
    """A condition whose paths stand in double braces, as CEL; other texts as they are."""
    return _BRACES_OR_TEXT.sub(_as_cel, condition)


def _as_cel(found: re.Match[str]) -> str:
    if found[1]:
        return _cel_path(found[1])
    whole = _BRACES.fullmatch(found[0][1:-1])
    return _cel_path(whole[1]) if whole else found[0]


def _cel_path(path: str) -> str:
    return _PLACE.sub(r"[\1]", path)


def _draw_paths(node: Data, blueprint: Data) -> None:
    """`true_path` and `false_path` as edges."""
    for holder in _holders(node):
        for name, branch in _PATHS:
            targets = _ids(holder.get(name, ()))
            if name in holder and targets is not None and isinstance(node.get("id"), str):
                del holder[name]
                for target in targets:
                    _connect(blueprint["edges"], Way(node["id"], target, branch))


def _holders(node: Data) -> Iterator[Data]:
    data = node.get("data")
    found = [node, data, cast(Data, data).get("params") if isinstance(data, dict) else None]
    return (cast(Data, one) for one in found if isinstance(one, dict))


def _ids(value: Any) -> list[str] | None:
    """Ids of steps, of which there may be none; None for anything else."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    ids = cast(list[Any], value) if isinstance(value, list | tuple) else [None]
    return cast(list[str], ids) if all(isinstance(one, str) for one in ids) else None


def _draw_actions(node: Data, blueprint: Data) -> None:
    """A loop's `actions`, ids or whole steps, as its body."""
    if node.get("type") != "loop" or not isinstance(node.get("id"), str):
        return
    for holder in _holders(node):
        actions = holder.get("actions")
        body = _body(cast(list[Any], actions)) if isinstance(actions, list) else None
        if body is None:
            continue
        del holder["actions"]
        blueprint["nodes"] += [step for step in body if isinstance(step, dict)]
        ids = [step["id"] if isinstance(step, dict) else step for step in body]
        _end_branch(blueprint["edges"], node["id"], ids)
        ways = [Way(node["id"], one, "each") for one in ids[:1]]
        ways += [Way(one, other) for one, other in pairwise(ids)]
        for way in ways:
            _connect(blueprint["edges"], way)


def _body(actions: list[Any]) -> list[Data | str] | None:
    found: list[Data | str] = []
    for action in actions:
        if isinstance(action, dict) and isinstance(cast(Data, action).get("id"), str):
            found.append(_node({"type": "action", **cast(Data, action)}))
        elif isinstance(action, str):
            found.append(action)
        else:
            return None
    return found


def _end_branch(edges: list[Data], loop: str, body: list[str]) -> None:
    """Edges out of a loop that name no branch and lead elsewhere are taken after the last item."""
    for edge in edges:
        if edge.get("source") == loop and "branch" not in edge and edge.get("target") not in body:
            edge["branch"] = "done"


def _connect(edges: list[Data], way: Way) -> None:
    """An edge for the way, unless there is one; one without a branch gets it."""
    ends = (way.source, way.target)
    between = [one for one in edges if (one.get("source"), one.get("target")) == ends]
    if any(one.get("branch") == way.branch for one in between):
        return
    bare = next((one for one in between if one.get("branch") is None), None)
    if bare is not None:
        bare["branch"] = way.branch
        return
    edge = {"source": way.source, "target": way.target}
    edges.append(edge | {"branch": way.branch} if way.branch else edge)


def _name_edges(edges: list[Data]) -> None:
    taken = {edge["id"] for edge in edges if isinstance(edge.get("id"), str)}
    number = 0
    for edge in edges:
        while "id" not in edge:
            number += 1
            if f"edge_{number}" not in taken:
                edge["id"] = f"edge_{number}"


def _place_nodes(blueprint: Data) -> None:
    """A place for every step that has none, below those that have one."""
    nodes: list[Data] = blueprint["nodes"]
    bare = [node for node in nodes if "position" not in node]
    ids = [node["id"] for node in nodes if isinstance(node.get("id"), str)]
    if not bare:
        return
    ways = [
        Way(edge["source"], edge["target"], edge.get("branch"))
        for edge in blueprint["edges"]
        if isinstance(edge.get("source"), str) and isinstance(edge.get("target"), str)
    ]
    loops = [node["id"] for node in nodes if node.get("type") == "loop" and node.get("id") in ids]
    places = layout(ids, ways, loops)
    below = _lowest(nodes) + ROW_HEIGHT if len(bare) < len(nodes) else 0.0
    for node in bare:
        x, y = places.get(str(node.get("id")), (0.0, 0.0))
        node["position"] = {"x": x, "y": y + below}


def _lowest(nodes: list[Data]) -> float:
    found = [node["position"] for node in nodes if "position" in node]
    numbers = [cast(Data, one).get("y") for one in found if isinstance(one, dict)]
    return max((float(one) for one in numbers if isinstance(one, int | float)), default=0.0)
