"""Everything that is wrong with a blueprint, at once: for the canvas, the API and the drafter."""

from collections.abc import Iterator

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.checks.ranges import node_ranges, setting_ranges
from domain.blueprints.checks.references import reference_problems
from domain.blueprints.checks.shape import case_problems, edge_problems, id_problems
from domain.blueprints.checks.surprises import node_warnings, setting_warnings
from domain.blueprints.checks.tasks import connection_problems, task_problems
from domain.blueprints.checks.ways import way_problems
from domain.blueprints.flow import Flow
from domain.blueprints.problems import CODES, Problem


def problems(
    blueprint: Blueprint, catalogue: Catalogue, *, is_activating: bool = False
) -> list[Problem]:
    """What is wrong: of the whole, then of each node and each edge in their order.

    Depends on its arguments alone and calls nothing. Connections may be missing in a draft.
    """
    node_places = {node.id: place for place, node in reversed(list(enumerate(blueprint.nodes)))}
    edge_places = {edge.id: place for place, edge in reversed(list(enumerate(blueprint.edges)))}

    def order(found: Problem) -> tuple[int, int, int, str]:
        code = CODES.index(found.code)
        if found.node_id is not None:
            return (1, node_places[found.node_id], code, found.field)
        if found.edge_id is not None:
            return (2, edge_places[found.edge_id], code, found.field)
        return (0, 0, code, found.field)

    # Every check finds what it finds once, but a wrong name may stand in one text twice.
    return sorted(dict.fromkeys(_found(blueprint, catalogue, is_activating)), key=order)


def _found(blueprint: Blueprint, catalogue: Catalogue, is_activating: bool) -> Iterator[Problem]:
    flow = Flow(blueprint)
    yield from id_problems(blueprint)
    yield from edge_problems(blueprint)
    yield from way_problems(flow)
    yield from setting_ranges(blueprint, catalogue)
    yield from setting_warnings(blueprint, catalogue)
    for node in flow.nodes.values():
        yield from case_problems(node)
        yield from task_problems(node, catalogue)
        yield from connection_problems(node, catalogue, is_activating)
        yield from reference_problems(flow, node, catalogue)
        yield from node_ranges(node, catalogue)
        yield from node_warnings(flow, node, catalogue)
