"""Conditions are CEL: yes, no, or an error; never anything in between."""

from typing import Any

import pytest

from domain.blueprints.expressions import (
    MOST_CHARACTERS,
    ConditionFailed,
    ConditionInvalid,
    Mistake,
    RootType,
    compile_condition,
)

ROOTS: dict[str, RootType] = {"trigger_data": "object", "rows": "list", "index": "integer"}
STATE: dict[str, Any] = {
    "trigger_data": {"amount": 1500.5, "text": "12", "none": None, "tags": ["a"]},
    "rows": list(range(1000)),
    "index": 3,
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("trigger_data.amount > 1000", True),
        ("int(trigger_data.text) > 12", False),
        ("has(trigger_data.other)", False),
        ("has(trigger_data.other) && trigger_data.other > 1", False),
        ("trigger_data.none == null", True),
        ("'a' in trigger_data.tags", True),
        ("rows.exists(row, row == 999)", True),
        ("index == 3", True),
        ("trigger_data['text'].matches('^1')", True),
    ],
)
def test_a_condition_is_true_or_false(text: str, answer: bool) -> None:
    assert compile_condition(text, ROOTS).holds(STATE) is answer


@pytest.mark.parametrize(
    "text",
    [
        "trigger_data.other > 1",
        "int(trigger_data.tags[0]) > 1",
        "1 / 0 == 1",
        "trigger_data.amount",
        "rows.all(a, rows.all(b, a + b >= 0))",
    ],
)
def test_a_condition_without_an_answer_fails(text: str) -> None:
    with pytest.raises(ConditionFailed):
        compile_condition(text, ROOTS).holds(STATE)


@pytest.mark.parametrize("value", [2**70, object(), "\ud800"])
def test_values_that_cel_does_not_know_fail(value: object) -> None:
    with pytest.raises(ConditionFailed):
        compile_condition("index == 3 || trigger_data.a == 'b'", ROOTS).holds(
            {"index": value, "trigger_data": {"a": value}}
        )


def test_a_state_without_the_name_fails() -> None:
    with pytest.raises(ConditionFailed):
        compile_condition("index == 3", ROOTS).holds({})


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("index >", (Mistake("condition_syntax", 1, 8),)),
        ("index == 'a'", (Mistake("condition_type", 1, 7),)),
        ("index + 1", (Mistake("condition_type"),)),
        ("trigger_data.?a == 1", (Mistake("condition_syntax", 1, 1),)),
        ("other.a.b > 1", (Mistake("unknown_name", 1, 8, "other"),)),
        ("index > 1\n&& other == one", None),
        ("other(1)", (Mistake("condition_syntax", 1, 6),)),
        ("while > 1", None),
        ("(" * 300 + "true" + ")" * 300, (Mistake("condition_syntax"),)),
        ("\ud800", (Mistake("condition_syntax"),)),
        (" ", (Mistake("condition_syntax"),)),
        ("true" + " " * MOST_CHARACTERS, (Mistake("condition_syntax"),)),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(
    text: str, mistakes: tuple[Mistake, ...] | None
) -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition(text, ROOTS)
    assert mistakes is None or refused.value.mistakes == mistakes


def test_all_mistakes_are_found_at_once() -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition("index > 1\n&& one == two", ROOTS)
    assert refused.value.mistakes == (
        Mistake("unknown_name", 2, 4, "one"),
        Mistake("unknown_name", 2, 11, "two"),
    )


def test_a_local_name_needs_no_declaration() -> None:
    assert compile_condition("[1, 2].all(x, x > 0)", {}).holds({})


def test_the_error_repeats_nothing_of_the_condition() -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition("hunter2 > 1", ROOTS)
    assert "hunter2" not in str(refused.value)
