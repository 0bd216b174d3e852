"""A mistake anywhere in a random workflow is found there; no document at all breaks validation."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.documents import blueprint_from
from domain.blueprints.normalise import normalised
from domain.blueprints.problems import CODES, Problem
from domain.blueprints.validation import problems
from tests.domain.blueprints.cases import CASES
from tests.domain.blueprints.examples import CATALOGUE
from tests.domain.blueprints.mistakes import MISTAKES, Found, Workflow, workflow

#: Codes of which no random mistake is made here, and why.
OTHERS = {
    "schema": "any JSON below has it, and test_documents",
    "too_large": "it is about the document as a whole: test_documents",
    "sample_fails": "it needs what a trigger sent: test_validation",
}
LOOSE = (HealthCheck.too_slow, HealthCheck.data_too_large)


def test_every_code_has_a_mistake() -> None:
    assert {code for code, _ in MISTAKES} | OTHERS.keys() == set(CODES)


@pytest.mark.parametrize(("code", "mistake"), MISTAKES)
@settings(max_examples=5, deadline=None, suppress_health_check=LOOSE)
@given(data=st.data())
def test_a_mistake_in_a_random_workflow_is_found_where_it_is(
    code: str, mistake: Callable[[Workflow], Found], data: st.DataObject
) -> None:
    drawn = workflow(data)
    part, field = mistake(drawn)
    found = _judged(drawn.document())
    assert (code, part, field) in [(one.code, *_place(one)) for one in found]
    texts = [text for one in found for text in (one.message, one.next_step)]
    assert [text for text in texts if not _is_sentence(text)] == []
    ranks = [_rank(drawn, one) for one in found]
    assert ranks == sorted(ranks)


@settings(max_examples=20, deadline=None, suppress_health_check=LOOSE)
@given(data=st.data())
def test_a_workflow_without_a_mistake_has_no_problems(data: st.DataObject) -> None:
    assert _judged(workflow(data).document()) == []


@settings(max_examples=20, deadline=None, suppress_health_check=LOOSE)
@given(data=st.data())
def test_several_mistakes_are_all_found_in_order(data: st.DataObject) -> None:
    drawn = workflow(data)
    of_params = [(code, one) for code, one in MISTAKES if code in ("quorum", "retry_range", "cron")]
    made = {code: mistake(drawn) for code, mistake in of_params}
    found = _judged(drawn.document())
    assert found == _judged(drawn.document())
    places = {(one.code, *_place(one)) for one in found}
    assert {(code, *place) for code, place in made.items()} <= places
    ranks = [_rank(drawn, one) for one in found]
    assert ranks == sorted(ranks)


def _judged(document: Any) -> list[Problem]:
    blueprint = blueprint_from(document)
    assert isinstance(blueprint, Blueprint), blueprint
    return problems(blueprint, CATALOGUE)


def _place(one: Problem) -> Found:
    return one.node_id if one.node_id is not None else one.edge_id, one.field


def _is_sentence(text: str) -> bool:
    return text[0].isupper() and text[-1] == "." and len(text.split()) > 2


def _rank(drawn: Workflow, one: Problem) -> tuple[int, int, int, str]:
    """The whole, then steps in their order, then edges in theirs; at a place by code and field."""
    parts = drawn.edges if one.edge_id is not None else drawn.nodes
    ids = [part["id"] for part in parts]
    wanted = one.edge_id if one.edge_id is not None else one.node_id
    kind = 2 if one.edge_id is not None else int(one.node_id is not None)
    return kind, ids.index(wanted) if kind else 0, CODES.index(one.code), one.field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for key, one in items:
        found.append((*path, key))
        if isinstance(one, dict | list):
            found += _paths(one, (*path, key))
    return found


@settings(max_examples=30, deadline=None)
@given(JSON)
def test_any_json_is_judged(document: Any) -> None:
    found = blueprint_from(normalised(document))
    assert isinstance(found, list)
    assert found
    assert all(one.code in CODES and one.message and one.next_step for one in found)


#: One of each: the long ones add nothing to where JSON can be put.
SHORT = [wrong.model_dump(mode="json") for _, wrong, _, _ in CASES if len(str(wrong)) < 5_000]


@settings(max_examples=100, deadline=None, suppress_health_check=LOOSE)
@given(st.data(), JSON)
def test_any_json_in_any_place_is_judged(data: st.DataObject, put: Any) -> None:
    document = deepcopy(data.draw(st.sampled_from(SHORT)))
    path = data.draw(st.sampled_from(_paths(document)))
    part: Any = document
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = put
    found = blueprint_from(normalised(document))
    sampled = replace(CATALOGUE, sample={"amount": "much"})
    judged = problems(found, sampled) if isinstance(found, Blueprint) else found
    assert all(one.code in CODES and one.message and one.next_step for one in judged)
