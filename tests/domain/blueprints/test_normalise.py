"""The seed's spelling becomes ours; what is right or wrong stays so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.documents import blueprint_from
from domain.blueprints.normalise import normalised, without_braces
from domain.blueprints.validation import problems
from tests.domain.blueprints.examples import CATALOGUE, edges, log, node, send, trigger

SEED: dict[str, Any] = {
    "name": "Payment to WhatsApp",
    "nodes": [
        {
            "id": "paid",
            "type": "trigger",
            "data": {"service": "razorpay", "task": "payment_received", "params": {}},
        },
        {
            "id": "big",
            "type": "condition",
            "data": {
                "condition": "{{trigger_data.amount}} > 1 && '{{trigger_data.currency}}' == 'INR'",
                "true_path": "send",
                "false_path": ["note"],
            },
        },
        {
            "id": "send",
            "type": "action",
            "data": {
                "service": "whatsapp",
                "action": "send_message",
                "parameters": {"phone_number": "+911234567890", "message": "Thanks"},
                "error_handling": {"retries": 2},
            },
        },
        {"id": "note", "type": "action", "service": "log", "task": "write", "params": {"text": 1}},
        {
            "id": "lines",
            "type": "for_each",
            "data": {
                "items": "{{trigger_data.lines}}",
                "actions": [
                    {"id": "log_line", "service": "log", "task": "write", "params": {"text": "x"}}
                ],
            },
        },
    ],
    "edges": [
        {"from": "paid", "to": "big"},
        {"id": "e1", "source": "big", "target": "send"},
        {"source": "note", "target": "lines"},
    ],
}


def test_the_seeds_spelling_becomes_a_blueprint_without_problems():
    found = blueprint_from(normalised(SEED))
    assert isinstance(found, Blueprint)
    assert [one for one in problems(found, CATALOGUE) if one.severity == "error"] == []
    ways = {(edge.source, edge.target, edge.branch) for edge in found.edges}
    assert ways == {
        ("paid", "big", None),
        ("big", "send", "true"),
        ("big", "note", "false"),
        ("note", "lines", None),
        ("lines", "log_line", "each"),
    }
    places = {(one.position.x, one.position.y) for one in found.nodes}
    assert len(places) == len(found.nodes)


def test_it_changes_nothing_the_second_time_and_keeps_its_argument():
    once = normalised(SEED)
    assert normalised(once) == once
    assert "true_path" in SEED["nodes"][1]["data"]


def test_what_is_right_is_untouched():
    right = {
        "schema": 1,
        "name": "w",
        "nodes": [{**one, "position": {"x": 0, "y": 0}} for one in (trigger(), send())],
        "edges": edges("paid>send"),
    }
    assert normalised(right) == right


@pytest.mark.parametrize(
    ("seed", "ours"),
    [
        ("{{trigger_data.amount}} > 1000", "trigger_data.amount > 1000"),
        ("{{ a.0.b }} == '{{a.c}}'", "a[0].b == a.c"),
        ('{{a["x y"]}} == "say {{b}} twice"', 'a["x y"] == "say {{b}} twice"'),
        ("a.b > 1", "a.b > 1"),
        ('{{a.b ?? "x"}} == 1', '{{a.b ?? "x"}} == 1'),
        ("{{a.b(}} == 1", "{{a.b(}} == 1"),
    ],
)
def test_braces_leave_conditions(seed: str, ours: str):
    assert without_braces(seed) == ours
    assert without_braces(ours) == ours


@pytest.mark.parametrize(
    "wrong",
    [
        {"nodes": "none"},
        {"nodes": [{"id": "a", "type": "trigger", "colour": "red"}]},
        {"nodes": [{"id": "a", "type": "action", "task": "x", "data": {"task": "y"}}]},
        {"nodes": [{"id": "a", "type": "loop", "data": {"items": [], "actions": [1]}}]},
        {"nodes": [{"id": "a", "type": "condition", "data": {"true_path": {"a": 1}}}]},
        {"nodes": [{"id": 5, "type": "trigger"}]},
        {"nodes": [], "edges": [{"from": "a", "source": "b", "to": "c"}]},
    ],
)
def test_what_is_wrong_stays_wrong(wrong: dict[str, Any]):
    assert isinstance(blueprint_from(normalised(wrong)), list)


def test_what_is_no_object_stays_what_it_is():
    assert normalised([1]) == [1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("id", "type", "data", "task", "params", "true_path", "actions", "items", "from", "source")
PARTS = st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(["a", "loop", "condition"]))


@given(st.lists(PARTS | JSON, max_size=4), st.lists(PARTS | JSON, max_size=4))
def test_any_document_is_settled_after_one_round(nodes: list[Any], ways: list[Any]):
    once = normalised({"nodes": nodes, "edges": ways})
    assert normalised(once) == once


def test_new_steps_are_placed_below_those_that_have_a_place():
    placed = {**trigger(), "position": {"x": 0, "y": 500}}
    found = normalised({"nodes": [placed, log("a")], "edges": edges("paid>a")})
    assert found["nodes"][0]["position"] == {"x": 0, "y": 500}
    assert found["nodes"][1]["position"]["y"] > 500


def test_a_loop_without_actions_is_left_alone():
    loop = node("l", "loop", {"items": []})
    found = normalised({"nodes": [loop], "edges": [{"source": "l", "target": "x"}]})
    assert "branch" not in found["edges"][0]
