"""Random workflows: conditions, joins, loops in loops, and steps that fail in every way."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from domain.blueprints.blueprint import Blueprint
from tests.graphs.workflow.world import action, blueprint, node

#: The end of a node that an edge may begin at: its id, and a branch if it has some.
Way = tuple[str, ...]


@dataclass
class Drawing:
    """A workflow that grows node by node."""

    draw: st.DrawFn
    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[Way] = field(default_factory=list)

    def add(self, name: str, begin: Way, depth: int) -> None:
        """Add some nodes of one scope behind `begin`, each behind one or more before it."""
        open_ways = [begin]
        for place in range(self.draw(st.integers(1, 5))):
            node_id = f"{name}{place}"
            source = st.sampled_from(open_ways)
            # Nothing but the first node hangs on a loop itself.
            ways = [begin] if not place else self.draw(st.lists(source, min_size=1, unique=True))
            self.edges += [(way[0], node_id, *way[1:]) for way in ways]
            if not place:
                open_ways.remove(begin)
            open_ways += self._node(node_id, depth)

    def _node(self, node_id: str, depth: int) -> list[Way]:
        kinds = ["action", "condition", "cases", "fails", "fallback"] + ["loop"] * (depth > 0)
        match self.draw(st.sampled_from(kinds)):
            case "condition":
                answer = self.draw(st.sampled_from(["true", "false"]))
                self.nodes.append(node(node_id, "condition", condition=answer))
                return [(node_id, "true"), (node_id, "false")]
            case "cases":
                answer = st.sampled_from(["true", "false"])
                answers = self.draw(st.lists(answer, min_size=1, max_size=3))
                cases = [
                    {"name": f"case_{place}", "condition": answer}
                    for place, answer in enumerate(answers)
                ]
                self.nodes.append(node(node_id, "condition", cases=cases))
                return [(node_id, one["name"]) for one in cases] + [(node_id, "default")]
            case "loop":
                handling = {"on_failure": self.draw(st.sampled_from(["stop", "continue"]))}
                items = list(range(self.draw(st.integers(0, 3))))
                self.nodes.append(node(node_id, "loop", handling, items=items))
                self.add(f"{node_id}_", (node_id, "each"), depth - 1)
                return [(node_id, "done")]
            case "fallback":
                handling = {"on_failure": "fallback", "fallback_action": f"{node_id}f"}
                fails = self.draw(st.sampled_from([0, -1]))
                self.nodes.append(action(node_id, handling=handling, failures=fails))
                self.nodes.append(action(f"{node_id}f"))
                return [(node_id,), (f"{node_id}f",)]
            case "fails":
                # Seldom for good: that ends everything.
                ends = self.draw(st.integers(0, 5)) == 0
                handling = {"on_failure": "stop" if ends else "continue"}
                self.nodes.append(action(node_id, handling=handling, failures=-1))
                return [(node_id,)]
            case _:
                self.nodes.append(action(node_id))
                return [(node_id,)]


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """A workflow without problems."""
    drawing = Drawing(draw)
    drawing.add("n", ("begin",), 2)
    return blueprint(drawing.nodes, drawing.edges)
