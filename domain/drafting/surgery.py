"""Changes of a workflow that is there: steps put in, taken out, exchanged; the way stays whole."""

from collections.abc import Sequence
from typing import Any, Final

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.flow import Flow
from domain.drafting.building import Builder, Data, End, trigger_source
from domain.drafting.catalogue import DraftTask
from domain.drafting.fields import Source
from domain.drafting.script import Step
from domain.drafting.words import content, stem

#: The branch on which a workflow goes on when a step with branches is followed or taken out.
_MAIN: Final = {"condition": "true", "loop": "done", "approval": "approved", "wait": "received"}


class Surgery:
    """Works on the nodes and edges of a builder."""

    def __init__(self, builder: Builder, base: Blueprint) -> None:
        data = base.model_dump(mode="json")
        self.builder = builder
        builder.nodes[:] = data["nodes"]
        builder.edges[:] = [_bare(edge) for edge in data["edges"]]

    def flow(self) -> Flow:
        """The way through the workflow as it is now."""
        return Flow(
            Blueprint.model_validate(
                {"schema": 1, "name": "", "nodes": self.builder.nodes, "edges": self.builder.edges}
            )
        )

    def node(self, node_id: str) -> Data:
        """One node."""
        return next(node for node in self.builder.nodes if node["id"] == node_id)

    def append(self, steps: Sequence[Step]) -> None:
        """Add steps at the end."""
        flow = self.flow()
        inner = frozenset(one for body in flow.bodies.values() for one in body)
        self._use(flow, frozenset(flow.nodes) - inner - flow.fallback_targets, in_loop=False)
        self.builder.build(steps, self._ends(flow))

    def _ends(self, flow: Flow) -> list[End]:
        found: list[End] = []
        waiting, seen = list(flow.triggers()), set[str]()
        while waiting:
            node_id = waiting.pop(0)
            if node_id in seen:
                continue
            seen.add(node_id)
            kind = flow.nodes[node_id].type
            edges = flow.outgoing[node_id]
            if kind in ("loop", "approval"):
                edges = [edge for edge in edges if edge.branch == _MAIN[kind]]
            waiting += [edge.target for edge in edges]
            if not edges:
                found.append((node_id, _MAIN.get(kind) if kind != "wait" else None))
        return found

    def insert_before(self, node_id: str, steps: Sequence[Step]) -> None:
        """Put steps in front of a node."""
        flow = self.flow()
        starts = [(edge["source"], edge.get("branch")) for edge in self._into(node_id)]
        self._use(flow, flow.available(node_id), in_loop=bool(flow.loops_around(node_id)))
        self.builder.edges[:] = [one for one in self.builder.edges if one["target"] != node_id]
        for source, branch in self.builder.build(steps, starts):
            self.builder.connect(source, node_id, branch)

    def insert_after(self, node_id: str, steps: Sequence[Step]) -> None:
        """Put steps behind a node."""
        flow = self.flow()
        node = flow.nodes[node_id]
        branch = _MAIN.get(node.type) if node.type != "wait" else None
        leaving = [one for one in self._out_of(node_id) if one.get("branch") == branch]
        known = flow.available(node_id) | {node_id}
        self._use(flow, known, in_loop=bool(flow.loops_around(node_id)))
        self.builder.edges[:] = [one for one in self.builder.edges if one not in leaving]
        for source, end_branch in self.builder.build(steps, [(node_id, branch)]):
            for edge in leaving:
                self.builder.connect(source, edge["target"], end_branch)

    def replace(self, node_id: str, steps: Sequence[Step]) -> None:
        """Let steps do what a node did."""
        self.insert_before(node_id, steps)
        self.remove(node_id)

    def remove(self, node_id: str) -> None:
        """Take a node out and join what was before with what comes after it."""
        kind = self.node(node_id)["type"]
        leaving = self._out_of(node_id)
        main = [one for one in leaving if one.get("branch") in (None, _MAIN.get(kind))]
        before = self._into(node_id)
        self.builder.edges[:] = [
            one for one in self.builder.edges if node_id not in (one["source"], one["target"])
        ]
        self.builder.nodes[:] = [one for one in self.builder.nodes if one["id"] != node_id]
        if kind == "trigger":
            return
        for edge in before:
            for following in main:
                self.builder.connect(edge["source"], following["target"], edge.get("branch"))
        self._drop_unreached()

    def _drop_unreached(self) -> None:
        """Steps that only a removed branch led to go with it."""
        flow = self.flow()
        reached = flow.reached(flow.triggers())
        self.builder.nodes[:] = [one for one in self.builder.nodes if one["id"] in reached]
        self.builder.edges[:] = [
            one for one in self.builder.edges if {one["source"], one["target"]} <= reached
        ]

    def guard(self, step: Step) -> None:
        """Let a condition hold for everything behind the triggers."""
        flow = self.flow()
        triggers = flow.triggers()
        targets = [edge.target for one in triggers for edge in flow.outgoing[one]]
        self._use(flow, frozenset(triggers), in_loop=False)
        kept = [one for one in self.builder.edges if one["source"] not in triggers]
        before = list(self.builder.edges)
        self.builder.edges[:] = kept
        ends = self.builder.build([step], [(one, None) for one in triggers])
        if ends == [(one, None) for one in triggers]:
            # The condition was not understood: there is a question instead.
            self.builder.edges[:] = before
            return
        for source, branch in ends:
            for target in dict.fromkeys(targets):
                if branch != "false":
                    self.builder.connect(source, target, branch)

    def set_trigger(self, task: DraftTask, params: Data) -> None:
        """Let another event start the workflow; the same one only gets its parameters."""
        flow = self.flow()
        old = flow.triggers()
        for node_id in old:
            data = self.node(node_id)["data"]
            if (data["service"], data["task"]) == (task.service, task.name):
                data["params"] = {**data["params"], **params}
                return
        targets = [edge.target for one in old for edge in flow.outgoing[one]]
        for node_id in old:
            self.remove(node_id)
        end, _ = self.builder.add_trigger(task, params)
        self.builder.nodes.insert(0, self.builder.nodes.pop())
        for target in dict.fromkeys(targets):
            self.builder.connect(end, target, None)

    def _into(self, node_id: str) -> list[Data]:
        return [one for one in self.builder.edges if one["target"] == node_id]

    def _out_of(self, node_id: str) -> list[Data]:
        return [one for one in self.builder.edges if one["source"] == node_id]

    def _use(self, flow: Flow, known: frozenset[str], *, in_loop: bool) -> None:
        """What steps that come now may use."""
        sources: list[Source] = []
        for node in flow.nodes.values():
            task = self.builder.catalogue.find(node.data.service, node.data.task)
            if node.id not in known or task is None:
                continue
            if node.type == "trigger":
                sources.insert(0, trigger_source(task))
            else:
                words = [*content(task.title.lower().split()), *map(stem, node.id.split("_"))]
                sources.append(Source(node.id, task.result, frozenset(words)))
        if in_loop:
            sources += [Source("item", {}), Source("index", {"type": "integer"})]
        self.builder.sources = sources


def _bare(edge: dict[str, Any]) -> Data:
    return {name: value for name, value in edge.items() if value is not None}
