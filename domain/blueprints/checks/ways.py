"""The way through the workflow: where it starts, where it leads, and loops."""

from collections.abc import Iterator

from domain.blueprints.blueprint import Node
from domain.blueprints.flow import BUILT_IN_FALLBACKS, Flow, fallback_of
from domain.blueprints.problems import Place, Problem, problem


def way_problems(flow: Flow) -> Iterator[Problem]:
    """Everything about starts, circles, loops and fallbacks."""
    yield from _start_problems(flow)
    yield from _circle_problems(flow)
    yield from _loop_problems(flow)
    for node in flow.nodes.values():
        if node.data.error_handling.on_failure == "fallback":
            yield from _fallback_problems(flow, node)


def _start_problems(flow: Flow) -> Iterator[Problem]:
    triggers = flow.triggers()
    if not triggers:
        yield problem(
            "no_trigger", Place("nodes"), "Nothing starts this workflow.", "Add a trigger."
        )
        return
    for trigger in triggers:
        for edge in flow.incoming[trigger]:
            yield problem(
                "trigger_incoming",
                Place("target", edge_id=edge.id),
                "This edge leads into a trigger, where the workflow starts.",
                "Remove the edge, or let it lead to the step behind the trigger.",
            )
    reached = flow.reached(triggers)
    for node_id in flow.nodes:
        if node_id not in reached:
            yield problem(
                "unreachable",
                Place(node_id=node_id),
                "No way leads from a trigger to this step.",
                "Connect it with a step that is reached, or remove it.",
            )


def _circle_problems(flow: Flow) -> Iterator[Problem]:
    for way in flow.circles():
        yield problem(
            "cycle",
            Place(node_id=way[0]),
            f"These {len(way) - 1} steps lead round in a circle.",
            "Remove one of the edges between them, or use a loop to repeat steps.",
            tuple(way),
        )


def _loop_problems(flow: Flow) -> Iterator[Problem]:
    for loop, body in flow.bodies.items():
        for edge in flow.edges:
            is_start = edge.source == loop and edge.branch == "each"
            if edge.target in body and edge.source not in body and not is_start:
                leaving = [other.id for other in flow.incoming[edge.target] if other.source in body]
                yield problem(
                    "loop_body",
                    Place("target", edge_id=edge.id),
                    f"This edge leads to a step that is done for each item of {loop}, and comes "
                    "from outside the loop.",
                    "Remove this edge, or the one that leads there from inside the loop.",
                    (edge.id, *leaving),
                )


def _fallback_problems(flow: Flow, node: Node) -> Iterator[Problem]:
    target = fallback_of(node)
    if target in BUILT_IN_FALLBACKS:
        return
    found = flow.nodes.get(target or "")
    if not found:
        message = "The step that is to be done on failure does not exist."
    elif flow.incoming[found.id] or found.type == "trigger" or found.id == node.id:
        message = "The step that is to be done on failure is a part of the normal way."
    elif flow.loops_around(found.id) != flow.loops_around(node.id):
        message = "The step that is to be done on failure belongs to a loop, and this one does not."
    else:
        return
    candidates = [
        other.id
        for other in flow.nodes.values()
        if other.type != "trigger" and other.id != node.id and not flow.incoming[other.id]
    ]
    yield problem(
        "fallback_target",
        Place("data.error_handling.fallback_action", node_id=node.id),
        message,
        "Choose a step to which no edge leads, or a built-in action.",
        (*candidates, *BUILT_IN_FALLBACKS),
    )
