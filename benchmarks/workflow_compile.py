"""How long a workflow of the largest size takes to compile: 400 nodes, 800 edges."""

import json
from statistics import median
from time import perf_counter

from pydantic import BaseModel

from domain.blueprints.blueprint import MOST_EDGES, MOST_NODES, Blueprint
from graphs.workflow.compiler import Parts, compile_workflow
from graphs.workflow.graph import WorkflowGraphs
from tools.integration import Action, Call, Integration, Trigger
from tools.registry import Integrations

_REPETITIONS = 5
#: The target, seconds.
_TARGET_S = 0.5


class _Nothing(BaseModel):
    """No parameters, no result."""


async def _nothing(_call: Call, _params: _Nothing) -> _Nothing:
    return _Nothing()


def largest() -> Blueprint:
    """Steps in a row, each joined with the one before its neighbour too."""
    begin = {"id": "n0", "type": "trigger", "data": {"service": "tiny", "task": "start"}}
    steps = [
        {"id": f"n{place}", "type": "action", "data": {"service": "tiny", "task": "step"}}
        for place in range(1, MOST_NODES)
    ]
    ways = [(place - back, place) for back in (1, 2, 3) for place in range(back, MOST_NODES)]
    edges = [
        {"id": f"e{number}", "source": f"n{source}", "target": f"n{target}"}
        for number, (source, target) in enumerate(ways[:MOST_EDGES])
    ]
    return Blueprint.model_validate(
        {"schema": 1, "name": "Largest", "nodes": [begin, *steps], "edges": edges}
    )


def integrations() -> Integrations:
    """A service whose steps do nothing."""
    start = Trigger("start", "Start", "", _Nothing, _Nothing, {})
    step = Action("step", "Step", "", _Nothing, _Nothing, "read", _nothing)
    return Integrations([Integration("tiny", "Tiny", "", (step,), (start,))])


def main() -> None:
    """Measure, and print one line."""
    blueprint, services = largest(), integrations()
    parts = Parts(services, WorkflowGraphs(services).inlined)
    times: list[float] = []
    for _ in range(_REPETITIONS):
        began = perf_counter()
        compile_workflow(blueprint, parts)
        times.append(perf_counter() - began)
    result = {
        "benchmark": "workflow_compile",
        "nodes": len(blueprint.nodes),
        "edges": len(blueprint.edges),
        "median_s": round(median(times), 3),
        "target_s": _TARGET_S,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
