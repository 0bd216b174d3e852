"""A plain reading of a workflow: which steps are done, without any engine."""

from dataclasses import dataclass, field

from domain.blueprints.blueprint import Edge, Node
from domain.blueprints.flow import Flow


class Stopped(Exception):
    """A step failed for good."""


@dataclass
class Reading:
    """The item paths of the steps that are done."""

    flow: Flow
    done: set[str] = field(default_factory=set)
    #: Items that stopped: what else was done for them depends on who was faster.
    broken: set[str] = field(default_factory=set)

    def read(self, loop: str | None, starts: list[str], path: str = "") -> None:
        """Read one scope; raises `Stopped`."""
        names = [name for name in self.flow.nodes if self._innermost(name) == loop]
        outcomes: dict[str, str] = {}
        while len(outcomes) < len(names):
            for name in names:
                before = self.flow.before(name) & set(names)
                if name not in outcomes and before <= outcomes.keys():
                    is_reached = name in starts or self._is_reached(name, outcomes)
                    outcomes[name] = self._do(name, path) if is_reached else "skipped"

    def _is_reached(self, name: str, outcomes: dict[str, str]) -> bool:
        def is_live(edge: Edge) -> bool:
            return outcomes.get(edge.source) == (edge.branch or "ok")

        failed = [source for source, target in self.flow.fallbacks.items() if target == name]
        return any(map(is_live, self.flow.incoming[name])) or any(
            outcomes.get(source) == "failed" for source in failed
        )

    def _do(self, name: str, path: str) -> str:
        it = self.flow.nodes[name]
        if it.type != "trigger":
            self.done.add(path + name)
        if it.type == "condition":
            cases = it.data.params.get("cases")
            if cases is None:
                return str(it.data.params["condition"])
            return next((one["name"] for one in cases if one["condition"] == "true"), "default")
        if it.type == "loop":
            return self._repeat(it, path)
        how = it.data.error_handling.on_failure
        if it.data.params.get("failures") != -1 or how == "continue":
            return "ok"
        if how == "stop":
            raise Stopped
        return "failed"

    def _repeat(self, it: Node, path: str) -> str:
        first = [edge.target for edge in self.flow.outgoing[it.id] if edge.branch == "each"]
        for item in it.data.params["items"]:
            inner = f"{path}{it.id}[{item}]/"
            try:
                self.read(it.id, first, inner)
            except Stopped:
                if it.data.error_handling.on_failure == "stop":
                    raise
                self.broken.add(inner)
        return "done"

    def _innermost(self, name: str) -> str | None:
        around = self.flow.loops_around(name)
        return max(around, key=lambda loop: len(self.flow.loops_around(loop)), default=None)
