"""Trials: which part of a blueprint leads to a node, and what may be pinned."""

import pytest

from domain.errors import InvalidInput, NotFound
from domain.workflows.trials import Trial, branch_of, checked_trial, trial_in, upto
from tests.graphs.workflow.world import action, blueprint, node

LOOPED = blueprint(
    [
        action("first"),
        node("each", "loop", items="{{trigger_data.items}}"),
        action("inner"),
        action("innermost"),
        action("after"),
        action("aside"),
    ],
    [
        ("begin", "first"),
        ("first", "each"),
        ("each", "inner", "each"),
        ("inner", "innermost"),
        ("each", "after", "done"),
        ("first", "aside"),
    ],
)


@pytest.mark.parametrize(
    ("until", "kept"),
    [
        ("begin", {"begin"}),
        ("aside", {"begin", "first", "aside"}),
        ("inner", {"begin", "first", "each", "inner"}),
        ("each", {"begin", "first", "each", "inner", "innermost"}),
        ("after", {"begin", "first", "each", "inner", "innermost", "after"}),
    ],
)
def test_only_what_leads_to_a_node_is_kept(until: str, kept: set[str]) -> None:
    found = upto(LOOPED, until)
    assert {each.id for each in found.nodes} == kept
    assert all({edge.source, edge.target} <= kept for edge in found.edges)


def test_nothing_leads_to_what_is_not_there() -> None:
    with pytest.raises(NotFound):
        upto(LOOPED, "gone")


def test_what_is_not_there_or_brings_data_cannot_be_asked_for() -> None:
    assert checked_trial(LOOPED, None, {}) is None
    assert checked_trial(LOOPED, "after", {}) == Trial("after")
    for until, pinned in (("gone", {}), (None, {"gone": 1}), (None, {"begin": {}})):
        with pytest.raises(InvalidInput):
            checked_trial(LOOPED, until, pinned)


def test_an_input_says_its_trial() -> None:
    trial = Trial("after", {"first": {"value": 1}})
    assert trial_in({"trial": trial.as_input()}) == trial
    assert trial_in({}) is None


@pytest.mark.parametrize(
    ("output", "branch"),
    [
        ({"branch": "true"}, "true"),
        ({"decision": "approved", "comment": None}, "approved"),
        ({"outcome": "received"}, "received"),
        ({"value": 1}, None),
        ([1], None),
        (None, None),
    ],
)
def test_a_pinned_output_says_its_branch(output: object, branch: str | None) -> None:
    assert branch_of(output) == branch
