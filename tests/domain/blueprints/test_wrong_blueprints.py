"""A mistake anywhere in a random workflow is found there; no document at all breaks validation."""

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.documents import blueprint_from
from domain.blueprints.normalise import normalised
from domain.blueprints.problems import CODES
from domain.blueprints.validation import problems
from tests.domain.blueprints.cases import CASES
from tests.domain.blueprints.examples import CATALOGUE, log, made, trigger
from tests.domain.blueprints.test_random_blueprints import Builder

#: Codes that other tests make: `test_documents`, and by name in `test_validation`.
ELSEWHERE = {
    *("schema", "too_large", "connection_missing", "connection_forbidden"),
    *("repeat_unsafe", "sample_fails"),
}
#: What is about the whole workflow, and so is no step's that could stand beside others.
WHOLE = {"no_trigger", "trigger_incoming", "time_zone", "timeout_range", "no_failure_notice"}
STEPS = [(code, wrong) for code, wrong, where, _ in CASES if where != [""] and code not in WHOLE]


def test_every_code_has_a_mistake() -> None:
    assert {code for code, *_ in CASES} | ELSEWHERE == set(CODES)


@settings(max_examples=2, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(data=st.data())
def test_each_mistake_beside_a_random_workflow_is_found(data: st.DataObject) -> None:
    builder = Builder(data)
    builder.blocks(["paid"], ["trigger_data", "paid"], depth=1)
    right = made(builder.nodes, *builder.ways)
    for code, wrong in STEPS:
        alone = [one for one in problems(wrong, CATALOGUE) if one.code == code]
        mixed = _beside(right, wrong)
        found = problems(mixed, CATALOGUE)
        places = [(one.node_id, one.edge_id, one.field) for one in found if one.code == code]
        assert places == [(one.node_id, one.edge_id, one.field) for one in alone], code
        assert all(len(text.split()) > 2 for one in found for text in (one.message, one.next_step))
        assert [_rank(mixed, one) for one in found] == sorted(_rank(mixed, one) for one in found)


def _beside(right: Blueprint, wrong: Blueprint) -> Blueprint:
    """Both in one, behind the same trigger."""
    own = {"paid", *(node.id for node in wrong.nodes)}
    more = [node for node in right.nodes if node.id not in own]
    edges = [edge.model_copy(update={"id": f"r_{edge.id}"}) for edge in right.edges]
    if "paid" not in {node.id for node in wrong.nodes}:
        more = [node for node in right.nodes if node.id == "paid"] + more
    return wrong.model_copy(
        update={"nodes": [*wrong.nodes, *more], "edges": [*wrong.edges, *edges]}
    )


def _rank(blueprint: Blueprint, one: Any) -> tuple[bool, int]:
    """Steps in their order before edges in theirs."""
    parts = blueprint.edges if one.edge_id else blueprint.nodes
    wanted = one.edge_id or one.node_id
    places = [place for place, part in enumerate(parts) if part.id == wanted]
    return bool(one.edge_id), places[0] if places else -1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    inner = [(*path, key) for key, _ in items]
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, dict | list):
            inner += _paths(one, (*path, key))
    return inner


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_json_is_judged(document: Any) -> None:
    found = blueprint_from(normalised(document))
    assert isinstance(found, list)
    assert found
    assert all(one.code in CODES and one.message and one.next_step for one in found)


@settings(max_examples=100, deadline=None)
@given(st.data(), JSON)
def test_any_json_in_any_place_is_judged(data: st.DataObject, put: Any) -> None:
    document = data.draw(st.sampled_from(CASES))[1].model_dump(mode="json")
    path = data.draw(st.sampled_from(_paths(document)))
    part: Any = document
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = put
    found = blueprint_from(normalised(document))
    judged = problems(found, CATALOGUE) if isinstance(found, Blueprint) else found
    assert all(one.code in CODES and one.message and one.next_step for one in judged)


def test_a_row_of_steps_is_judged_in_its_order() -> None:
    names = [f"a{place}" for place in range(4)]
    ways = [f"{one}>{other}" for one, other in pairwise(["paid", *names])]
    found = problems(made([trigger(), *(log(name, "{{x.y}}") for name in names)], *ways), CATALOGUE)
    assert [one.node_id for one in found] == names
