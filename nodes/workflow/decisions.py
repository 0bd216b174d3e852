"""Condition nodes: yes or no, or the first of several cases that holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.blueprints.blueprint import DEFAULT_CASE, Node, cases_of
from domain.blueprints.expressions import Condition, RootType, compile_condition
from nodes.workflow.step import At, Done


@dataclass(frozen=True, slots=True)
class ConditionWork:
    """Asks conditions in their order."""

    #: Each branch with its condition.
    cases: tuple[tuple[str, Condition], ...]
    #: The branch when none holds.
    otherwise: str

    async def __call__(self, at: At) -> Done:
        """The branch to take."""
        at.telling.begin(dict(at.node.data.params))
        names = at.names
        taken = next((name for name, case in self.cases if case.holds(names)), self.otherwise)
        return Done({"branch": taken}, taken)


def condition_work(node: Node, names: Mapping[str, RootType]) -> ConditionWork:
    """A node's work; raises `ConditionInvalid`."""
    cases = cases_of(node)
    if cases:
        compiled = tuple((name, compile_condition(text, names)) for name, text in cases)
        return ConditionWork(compiled, DEFAULT_CASE)
    condition = compile_condition(str(node.data.params.get("condition", "")), names)
    return ConditionWork((("true", condition),), "false")
