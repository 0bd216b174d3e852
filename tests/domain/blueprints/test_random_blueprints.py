"""Random blueprints that are right have no problems; of any others, all are found in order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.blueprints.blueprint import MOST_EDGES, MOST_NODES
from domain.blueprints.problems import CODES
from domain.blueprints.validation import problems
from tests.domain.blueprints.examples import CATALOGUE, log, made, node, trigger


class Builder:
    """Puts blocks one after the other and into each other, as a person would."""

    def __init__(self, data: st.DataObject) -> None:
        self.nodes: list[dict[str, Any]] = [trigger()]
        self.ways: list[str] = []
        self._data = data

    def blocks(self, ends: list[str], known: list[str], depth: int) -> list[str]:
        """Follow `ends`, ways that are open (`id` or `id>…:branch`), and say which are open now."""
        for _ in range(self._data.draw(st.integers(1, 3))):
            kind = self._data.draw(st.sampled_from(["action", "condition", "loop", "fork"]))
            if depth == 0 or kind == "action":
                ends = [self._add(ends, known, "action")]
                continue
            ends = getattr(self, f"_{kind}")(ends, known, depth - 1)
        return ends

    def _condition(self, ends: list[str], known: list[str], depth: int) -> list[str]:
        head = self._add(ends, known, "condition")
        branches = [self.blocks([f"{head}:{one}"], [*known], depth) for one in ("true", "false")]
        return [end for branch in branches for end in branch]

    def _loop(self, ends: list[str], known: list[str], depth: int) -> list[str]:
        head = self._add(ends, known, "loop")
        inside = [name for name in known if name != head]
        last = self.blocks([f"{head}:each"], [*inside, "item", "index"], depth)
        if self._data.draw(st.booleans()):
            self._connect(last, head)
        return [f"{head}:done"]

    def _fork(self, ends: list[str], known: list[str], depth: int) -> list[str]:
        head = self._add(ends, known, "action")
        return [end for _ in range(2) for end in self.blocks([head], [*known], depth)]

    def _add(self, ends: list[str], known: list[str], kind: str) -> str:
        name = f"n{len(self.nodes)}"
        root = self._data.draw(st.sampled_from(known))
        path = f"{root}" if root == "index" or root.startswith("n") else f"{root}.raw"
        made_node = {
            "action": log(name, f"{{{{{path} ?? 1}}}}"),
            "condition": node(name, "condition", {"condition": f"dyn({root}) != null"}),
            "loop": node(name, "loop", {"items": "{{trigger_data.lines}}"}),
        }[kind]
        self.nodes.append(made_node)
        self._connect(ends, name)
        known.append(name)
        return name

    def _connect(self, ends: list[str], target: str) -> None:
        for end in ends:
            source, colon, branch = end.partition(":")
            self.ways.append(f"{source}>{target}{colon}{branch}")


@given(st.data())
def test_what_is_built_right_has_no_problems(data: st.DataObject) -> None:
    builder = Builder(data)
    builder.blocks(["paid"], ["trigger_data", "paid"], depth=2)
    blueprint = made(builder.nodes, *builder.ways)
    assert problems(blueprint, CATALOGUE, is_activating=True) == []


names = st.sampled_from(["paid", "a", "b", "c", "l", "x"])
ways = st.builds("{}>{}{}".format, names, names, st.sampled_from(["", ":each", ":done", ":true"]))


@given(st.lists(ways, max_size=12), st.sampled_from(["a", "b", "l", "x", "log_error"]))
def test_any_graph_is_judged_in_order(drawn: list[str], fallback: str) -> None:
    handling = {"on_failure": "fallback", "fallback_action": fallback}
    nodes = [
        trigger(),
        log("a", "{{b.x}}", error_handling=handling),
        log("b"),
        log("c", "{{item}}"),
    ]
    blueprint = made([*nodes, node("l", "loop", {"items": "{{a}}"})], *drawn)
    found = problems(blueprint, CATALOGUE)
    assert len(found) == len(set(found))
    places = {one: place for place, one in enumerate([None, "paid", "a", "b", "c", "l"])}
    of_nodes = [one for one in found if one.edge_id is None]
    keys = [(places[one.node_id], CODES.index(one.code), one.field) for one in of_nodes]
    assert keys == sorted(keys)
    assert found[: len(of_nodes)] == of_nodes


def test_a_blueprint_at_the_limit_is_judged() -> None:
    nodes = [trigger()]
    for place in range(1, MOST_NODES):
        before = nodes[max(0, place - 2)]["id"]
        condition = {"condition": f"{before}.x > {place} && trigger_data.amount > 1"}
        nodes.append(node(f"n{place}", "condition", condition))
    ids = [one["id"] for one in nodes]
    ways = [f"paid>{ids[1]}"]
    for place in range(1, MOST_NODES - 2):
        ways += [f"{ids[place]}>{ids[place + 1]}:true", f"{ids[place]}>{ids[place + 2]}:false"]
    blueprint = made(nodes, *ways[:MOST_EDGES])
    found = problems(blueprint, CATALOGUE)
    # The last two conditions lead nowhere.
    assert {one.code for one in found} == {"branch_open"}
