"""The way through a blueprint: what comes before what, and what belongs to which loop."""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Final

from domain.blueprints.blueprint import Blueprint, Edge, Node

#: Fallbacks that are no nodes.
BUILT_IN_FALLBACKS: Final = ("log_error", "notify_owner")


class Flow:
    """A blueprint's graph, whatever is wrong with it; edges with a missing end are left out.

    A fallback counts as a way from the node that fails to the node that is done instead.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        #: The first of each id.
        self.nodes: dict[str, Node] = {}
        for node in blueprint.nodes:
            self.nodes.setdefault(node.id, node)
        self.edges = [
            edge
            for edge in blueprint.edges
            if edge.source in self.nodes and edge.target in self.nodes
        ]
        self.outgoing: dict[str, list[Edge]] = defaultdict(list)
        self.incoming: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            self.outgoing[edge.source].append(edge)
            self.incoming[edge.target].append(edge)
        self.fallbacks = {
            node.id: target
            for node in self.nodes.values()
            if (target := fallback_of(node)) in self.nodes
        }
        self.fallback_targets = frozenset(self.fallbacks.values())
        #: The nodes of each loop's body by the loop's id.
        self.bodies = {
            node.id: self._body(node.id) for node in self.nodes.values() if node.type == "loop"
        }
        self._before = self._ancestors()

    def triggers(self) -> list[str]:
        """The ids of the triggers."""
        return [node.id for node in self.nodes.values() if node.type == "trigger"]

    def returns_to_loop(self, edge: Edge) -> bool:
        """Whether the edge leads from a loop's body back to the loop: the only circle allowed."""
        return edge.source in self.bodies.get(edge.target, ())

    def next_of(self, node_id: str) -> list[str]:
        """The nodes that may come right after this one, without returns to a loop."""
        found = [edge.target for edge in self.outgoing[node_id] if not self.returns_to_loop(edge)]
        return [*found, self.fallbacks[node_id]] if node_id in self.fallbacks else found

    def reached(self, starts: Iterable[str], but: str | None = None) -> frozenset[str]:
        """These nodes and all behind them; the way does not lead through `but`."""
        found: set[str] = set()
        waiting = [start for start in starts if start != but]
        while waiting:
            node_id = waiting.pop()
            if node_id in found:
                continue
            found.add(node_id)
            waiting += [edge.target for edge in self.outgoing[node_id] if edge.target != but]
            if self.fallbacks.get(node_id, but) != but:
                waiting.append(self.fallbacks[node_id])
        return frozenset(found)

    def before(self, node_id: str) -> frozenset[str]:
        """Every node from which a way leads to this one; itself too when it is in a circle."""
        return self._before[node_id]

    def loops_around(self, node_id: str) -> list[str]:
        """The loops whose body the node is in."""
        return [loop for loop, body in self.bodies.items() if node_id in body]

    def available(self, node_id: str) -> frozenset[str]:
        """The nodes whose outputs this one may use.

        A loop has none for its own body, and its body none for anything but the body: what the
        items became is the loop's output.
        """
        found = set(self.before(node_id)) - {node_id}
        for loop, body in self.bodies.items():
            found -= {loop} if node_id in body else body
        return frozenset(found)

    def circles(self) -> list[list[str]]:
        """One way round for each group of nodes that lead to each other."""
        groups: dict[frozenset[str], str] = {}
        for node_id in self.nodes:
            if node_id in self.before(node_id):
                groups.setdefault(self.before(node_id), node_id)
        return [self._way_round(node_id) for node_id in groups.values()]

    def _way_round(self, start: str) -> list[str]:
        came_from: dict[str, str] = {}
        waiting = deque([start])
        while waiting and start not in came_from:
            node_id = waiting.popleft()
            for target in self.next_of(node_id):
                if target not in came_from:
                    came_from[target] = node_id
                    waiting.append(target)
        way = [start]
        while came_from[way[-1]] != start:
            way.append(came_from[way[-1]])
        return [start, *reversed(way)]

    def _body(self, loop: str) -> frozenset[str]:
        starts = [edge.target for edge in self.outgoing[loop] if edge.branch == "each"]
        return self.reached(starts, but=loop)

    def _ancestors(self) -> dict[str, frozenset[str]]:
        # As bits: a circle needs several rounds, and a large workflow has many pairs.
        bits = {node_id: 1 << place for place, node_id in enumerate(self.nodes)}
        masks = dict.fromkeys(self.nodes, 0)
        following = {node_id: self.next_of(node_id) for node_id in self.nodes}
        waiting = deque(self.nodes)
        while waiting:
            node_id = waiting.popleft()
            mask = masks[node_id] | bits[node_id]
            for target in following[node_id]:
                if masks[target] | mask != masks[target]:
                    masks[target] |= mask
                    waiting.append(target)
        names = list(self.nodes)
        return {
            node_id: frozenset(name for name in names if mask & bits[name])
            for node_id, mask in masks.items()
        }


def fallback_of(node: Node) -> str | None:
    """What is named to be done when the node fails for good."""
    handling = node.data.error_handling
    return handling.fallback_action if handling.on_failure == "fallback" else None
