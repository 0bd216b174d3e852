"""Where a run goes on after each node: which edges are alive, and which joins hear of the others.

A node with several edges into it (a join) runs once, when something has come by each of them: an
edge that nobody takes tells the first joins behind it so. Every such edge is a relay node.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from langgraph.types import Send

from domain.blueprints.blueprint import Edge, Node
from domain.blueprints.flow import Flow

#: What a relay is sent by an edge that nobody takes.
SKIP: Final = {"skip": True}

#: How the ids of ways to fallbacks begin, which are no edges of the blueprint.
_FALLBACK: Final = "fallback__"

#: Where a run goes on: names of nodes, and what relays are sent.
Targets = list[str | Send]


@dataclass(frozen=True, slots=True)
class Scope:
    """The nodes that one graph is made of: those outside of all loops, or a loop's body."""

    loop: str | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    #: Where it begins.
    starts: tuple[str, ...]


def scope_of(flow: Flow, loop: str | None) -> Scope:
    """The scope of a loop's body; None is what lies outside of all loops."""
    innermost = {node_id: _innermost(flow, node_id) for node_id in flow.nodes}
    nodes = tuple(node for node in flow.nodes.values() if innermost[node.id] == loop)
    names = {node.id for node in nodes}
    edges = [
        edge
        for edge in flow.edges
        if edge.source in names and edge.target in names and not flow.returns_to_loop(edge)
    ]
    edges += [
        Edge(id=_FALLBACK + source, source=source, target=target)
        for source, target in flow.fallbacks.items()
        if source in names and target in names
    ]
    if loop is None:
        starts = flow.triggers()
    else:
        starts = [edge.target for edge in flow.outgoing[loop] if edge.branch == "each"]
    return Scope(loop, nodes, tuple(edges), tuple(dict.fromkeys(starts)))


def _innermost(flow: Flow, node_id: str) -> str | None:
    around = flow.loops_around(node_id)
    # The innermost loop is in the bodies of all the others.
    return max(around, key=lambda loop: len(flow.loops_around(loop)), default=None)


class Ways:
    """The ways of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._incoming: dict[str, list[Edge]] = {node.id: [] for node in scope.nodes}
        self._outgoing: dict[str, list[Edge]] = {node.id: [] for node in scope.nodes}
        for edge in scope.edges:
            self._incoming[edge.target].append(edge)
            self._outgoing[edge.source].append(edge)
        self._told: dict[str, frozenset[str]] = {}

    def is_join(self, node_id: str) -> bool:
        """Whether several edges lead to the node."""
        return len(self._incoming[node_id]) > 1

    @cached_property
    def joins(self) -> dict[str, list[str]]:
        """The relays of each join."""
        return {
            node_id: [relay_of(edge) for edge in edges]
            for node_id, edges in self._incoming.items()
            if len(edges) > 1
        }

    def is_dead(self, node_id: str, alive: Iterable[str]) -> bool:
        """Whether none of the edges into a join was taken."""
        return self.is_join(node_id) and not set(self.joins[node_id]).intersection(alive)

    def after(self, node_id: str, branch: str | None = None) -> Targets:
        """After a node that did its work; `branch` is the one it chose."""
        return self._targets(
            node_id,
            lambda edge: edge.branch == branch and not _is_fallback(edge),
        )

    def after_failure(self, node_id: str) -> Targets:
        """To the node that is done instead."""
        return self._targets(node_id, _is_fallback)

    def after_skip(self, node_id: str) -> Targets:
        """After a node that is not done."""
        return self._targets(node_id, _is_none)

    def after_start(self, starts: Sequence[str], taken: str | None) -> Targets:
        """Where a scope begins; `taken` is the one start of several, None is all of them."""
        targets: Targets = [start for start in starts if taken in (None, start)]
        dead: set[str] = set()
        for start in starts:
            if taken not in (None, start):
                dead |= self._told_by(start)
        return targets + [Send(relay, SKIP) for relay in sorted(dead)]

    def destinations(self, node_id: str) -> tuple[str, ...]:
        """Every node to which a run may go on from this one, for drawings."""
        found = [self._hop(edge) for edge in self._outgoing[node_id]]
        return tuple(dict.fromkeys(found)) or ("__end__",)

    def _targets(self, node_id: str, is_alive: Callable[[Edge], bool]) -> Targets:
        targets: Targets = []
        dead: set[str] = set()
        for edge in self._outgoing[node_id]:
            if is_alive(edge):
                targets.append(self._hop(edge))
            else:
                dead |= self._told_of(edge)
        return targets + [Send(relay, SKIP) for relay in sorted(dead)]

    def _hop(self, edge: Edge) -> str:
        return relay_of(edge) if self.is_join(edge.target) else edge.target

    def _told_of(self, edge: Edge) -> frozenset[str]:
        """The relays that hear of it when nobody takes this edge."""
        if self.is_join(edge.target):
            return frozenset((relay_of(edge),))
        return self._told_by(edge.target)

    def _told_by(self, node_id: str) -> frozenset[str]:
        known = self._told.get(node_id)
        if known is None:
            known = frozenset[str]().union(*map(self._told_of, self._outgoing[node_id]))
            self._told[node_id] = known
        return known


def _is_fallback(edge: Edge) -> bool:
    return edge.id.startswith(_FALLBACK)


def _is_none(edge: Edge) -> bool:
    return False


def relay_of(edge: Edge) -> str:
    """The name of an edge's relay; no node's id has two underscores."""
    return f"edge__{edge.id}"
