"""Ids and edges: each by itself and against its neighbours."""

import re
from collections.abc import Iterator
from typing import Final

from domain.blueprints.blueprint import DEFAULT_CASE, Blueprint, Edge, Node, branches, cases_of
from domain.blueprints.expressions import RESERVED
from domain.blueprints.names import ROOTS
from domain.blueprints.problems import Place, Problem, problem

_NODE_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")


def id_problems(blueprint: Blueprint) -> Iterator[Problem]:
    """Ids that are no names, and ids that stand twice."""
    seen: set[str] = set()
    for node in blueprint.nodes:
        place = Place("id", node_id=node.id)
        if not _is_node_id(node.id):
            yield problem(
                "id_invalid",
                place,
                "This id cannot be used.",
                "Take up to 48 of a-z, 0-9 and single _, a letter first, and no word that has a "
                "meaning in templates or conditions.",
            )
        if node.id in seen:
            yield problem(
                "id_duplicate", place, "Two steps have the same id.", "Give one of them another."
            )
        seen.add(node.id)
    edge_ids: set[str] = set()
    for edge in blueprint.edges:
        if edge.id in edge_ids:
            yield problem(
                "id_duplicate",
                Place("id", edge_id=edge.id),
                "Two edges have the same id.",
                "Give one of them another.",
            )
        edge_ids.add(edge.id)


def _is_node_id(text: str) -> bool:
    return bool(_NODE_ID.fullmatch(text)) and "__" not in text and text not in ROOTS | RESERVED


def case_problems(node: Node) -> Iterator[Problem]:
    """A condition without a case, and cases whose names are taken: each is a branch of its own."""
    if node.type == "condition" and node.data.params.get("cases") == []:
        yield problem(
            "param_missing",
            Place("data.params.cases", node_id=node.id),
            "The step has no case to ask for.",
            "Add one, or remove the step.",
        )
    seen = {DEFAULT_CASE}
    for number, (name, _) in enumerate(cases_of(node)):
        if name in seen:
            yield problem(
                "id_duplicate",
                Place(f"data.params.cases.{number}.name", node_id=node.id),
                "Another branch of this step has the same name; the one that is taken when no case "
                f"holds is called {DEFAULT_CASE}.",
                "Give the case another name.",
            )
        seen.add(name)


def edge_problems(blueprint: Blueprint) -> Iterator[Problem]:
    """Edges to nowhere, edges that stand twice, and branches that do not exist."""
    nodes = {node.id: node for node in reversed(blueprint.nodes)}
    seen: set[tuple[str, str, str | None]] = set()
    for edge in blueprint.edges:
        for field in ("source", "target"):
            if getattr(edge, field) not in nodes:
                yield problem(
                    "edge_dangling",
                    Place(field, edge_id=edge.id),
                    f"The {field} of this edge does not exist.",
                    "Connect it to a step, or remove it.",
                    tuple(nodes),
                )
        way = (edge.source, edge.target, edge.branch)
        if way in seen:
            yield problem(
                "edge_duplicate",
                Place(edge_id=edge.id),
                "Another edge connects the same steps in the same way.",
                "Remove one of the two.",
            )
        seen.add(way)
        if edge.source in nodes:
            yield from _branch_problems(edge, nodes[edge.source])


def _branch_problems(edge: Edge, source: Node) -> Iterator[Problem]:
    allowed = branches(source)
    if edge.branch in allowed or (edge.branch is None and not allowed):
        return
    next_step = f"Choose one of {', '.join(allowed)}." if allowed else "Remove the branch."
    yield problem(
        "edge_branch",
        Place("branch", edge_id=edge.id),
        "This edge names no branch that its source has.",
        next_step,
        allowed,
    )
