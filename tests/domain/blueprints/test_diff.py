"""The difference of two blueprints leads from one to the other, whole or in part."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.diff import Change, differences, with_changes
from tests.domain.blueprints.examples import log, made, send, trigger

BASE = made([trigger(), send(), log("a")], "paid>send", "send>a")


def _short(changes: list[Change]) -> list[tuple[str, str]]:
    return [(one.change_id, one.kind) for one in changes]


def test_nothing_differs_from_itself():
    assert differences(BASE, BASE) == []


def test_a_changed_field_is_named_by_its_path():
    other = made([trigger(), send(message="Hi"), log("a")], "paid>send", "send>a", currency="INR")
    changes = differences(BASE, other)
    assert _short(changes) == [
        ("node:send:data.params.message", "changed"),
        ("settings::currency", "changed"),
    ]
    assert (changes[0].before, changes[0].after) == ("Thanks", "Hi")


def test_steps_and_edges_come_and_go():
    other = made([trigger(), send(), log("b")], "paid>send", "send>b")
    assert _short(differences(BASE, other)) == [
        ("node:a", "removed"),
        ("node:b", "added"),
        ("edge:e1:target", "changed"),
    ]


def test_some_changes_can_be_accepted():
    other = made([trigger(), send(message="Hi"), log("a", "note")], "paid>send", "send>a")
    changes = differences(BASE, other)
    found = with_changes(BASE, changes, {"node:a:data.params.text"})
    assert found == made([trigger(), send(), log("a", "note")], "paid>send", "send>a")


def test_edges_follow_their_steps():
    other = made([trigger(), send(), log("a"), log("b")], "paid>send", "send>a", "a>b")
    changes = differences(BASE, other)
    assert with_changes(BASE, changes, {"edge:e2"}) == BASE
    gone = differences(BASE, made([trigger(), send()], "paid>send"))
    kept = with_changes(BASE, gone, {"node:a"})
    assert [edge.id for edge in kept.edges] == ["e0"]


@pytest.mark.parametrize(
    ("before", "after"), [({"text": None}, {}), ({}, {"text": None}), ({"text": 1}, {"text": True})]
)
def test_null_is_not_nothing(before: dict[str, Any], after: dict[str, Any]):
    one, other = (made([{**trigger(), "data": {"params": params}}]) for params in (before, after))
    changes = differences(one, other)
    assert len(changes) == 1
    found = with_changes(one, changes)
    assert repr(found.nodes[0].data.params) == repr(other.nodes[0].data.params)


def _blueprints() -> st.SearchStrategy[Blueprint]:
    texts = st.sampled_from(["x", "y", {"a": [1]}, {"a": {"b": None}}])
    nodes = st.dictionaries(st.sampled_from("abcd"), texts)
    ways = st.lists(st.sampled_from(["a>b", "b>c", "c>d", "a>c"]), unique=True)
    return st.builds(
        lambda found, given: made([log(name, text) for name, text in found.items()], *given),
        nodes,
        ways.map(lambda given: given),
    )


@given(_blueprints(), _blueprints())
def test_all_changes_lead_to_the_other_one(one: Blueprint, other: Blueprint):
    found = with_changes(one, differences(one, other))
    ids = {node.id for node in other.nodes}
    known = ids | {node.id for node in one.nodes}
    expected = [
        edge
        for edge in other.edges
        if all(end in ids or end not in known for end in (edge.source, edge.target))
    ]
    assert {node.id: node for node in found.nodes} == {node.id: node for node in other.nodes}
    assert {edge.id: edge for edge in found.edges} == {edge.id: edge for edge in expected}
    assert with_changes(one, differences(one, other), ()).nodes == one.nodes
