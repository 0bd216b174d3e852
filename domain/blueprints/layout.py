"""Where steps stand on the canvas: in layers from left to right, loops' bodies below the loop."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Between the left edges of two layers, and the upper edges of two rows.
LAYER_WIDTH: Final = 280.0
ROW_HEIGHT: Final = 140.0


@dataclass(frozen=True, slots=True)
class Way:
    """One edge, as far as it matters here."""

    source: str
    target: str
    branch: str | None = None


def layout(
    node_ids: Sequence[str], ways: Iterable[Way], loops: Iterable[str] = ()
) -> dict[str, tuple[float, float]]:
    """A place for every node; no two share one. Edges to nowhere do not count."""
    ids = list(dict.fromkeys(node_ids))
    known = [way for way in ways if way.source in ids and way.target in ids]
    bodies = {loop: _body(loop, known) for loop in loops}
    layers = _layers(ids, _forward(ids, [*known, *_after_bodies(known, bodies)]))
    depths = {node: sum(node in body for body in bodies.values()) for node in ids}
    before: dict[str, list[str]] = defaultdict(list)
    for way in known:
        before[way.target].append(way.source)
    return _placed(ids, layers, depths, before)


def _body(loop: str, ways: Sequence[Way]) -> frozenset[str]:
    waiting = [way.target for way in ways if way.source == loop and way.branch == "each"]
    found: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node != loop and node not in found:
            found.add(node)
            waiting += [way.target for way in ways if way.source == node]
    return frozenset(found)


def _after_bodies(ways: Sequence[Way], bodies: Mapping[str, frozenset[str]]) -> list[Way]:
    """What follows a loop stands behind its body."""
    return [
        Way(inner, way.target)
        for way in ways
        if way.source in bodies and way.branch == "done"
        for inner in sorted(bodies[way.source])
        if inner != way.target
    ]


def _forward(ids: Sequence[str], ways: Sequence[Way]) -> dict[str, list[str]]:
    """The targets of each node without the edges that close a circle."""
    targets: dict[str, list[str]] = {node: [] for node in ids}
    for way in ways:
        targets[way.source].append(way.target)
    forward: dict[str, list[str]] = {node: [] for node in ids}
    done: set[str] = set()
    for start in ids:
        under_way: dict[str, int] = {} if start in done else {start: 0}
        while under_way:
            node, place = next(reversed(under_way.items()))
            if place == len(targets[node]):
                done.add(node)
                del under_way[node]
                continue
            under_way[node] = place + 1
            target = targets[node][place]
            if target in under_way:
                continue
            forward[node].append(target)
            if target not in done:
                under_way[target] = 0
    return forward


def _layers(ids: Sequence[str], forward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The longest way from a start to each node."""
    arrivals = dict.fromkeys(ids, 0)
    for targets in forward.values():
        for target in targets:
            arrivals[target] += 1
    layers = dict.fromkeys(ids, 0)
    waiting = deque(node for node in ids if not arrivals[node])
    while waiting:
        node = waiting.popleft()
        for target in forward[node]:
            layers[target] = max(layers[target], layers[node] + 1)
            arrivals[target] -= 1
            if not arrivals[target]:
                waiting.append(target)
    return layers


def _placed(
    ids: Sequence[str],
    layers: Mapping[str, int],
    depths: Mapping[str, int],
    before: Mapping[str, Sequence[str]],
) -> dict[str, tuple[float, float]]:
    order = {node: place for place, node in enumerate(ids)}
    rows: dict[str, int] = {}
    first_row = 0
    for depth in sorted(set(depths.values())):
        lane = [node for node in ids if depths[node] == depth]
        used: dict[int, int] = defaultdict(int)
        for node in sorted(lane, key=lambda node: (layers[node], order[node])):
            near = [rows[one] for one in before.get(node, ()) if one in rows]
            wanted = max(first_row, min(near)) if near else first_row
            rows[node] = max(wanted, first_row + used[layers[node]])
            used[layers[node]] = rows[node] - first_row + 1
        first_row += max(used.values(), default=0)
    return {node: (layers[node] * LAYER_WIDTH, rows[node] * ROW_HEIGHT) for node in ids}
