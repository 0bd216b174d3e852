"""A condition is tried against a sample: true, false, or a sentence that says why neither."""

from typing import Any

import pytest

from domain.blueprints.condition_checks import CheckedCondition, checked_condition

NAMES = ("trigger_data", "later")
SAMPLE: dict[str, Any] = {
    "trigger_data": {"amount": 5, "name": "Ada", "tags": ["a"], "left": None, "more": {}},
    "unasked": 1,
}


def checked(text: str) -> CheckedCondition:
    return checked_condition(text, NAMES, SAMPLE)


@pytest.mark.parametrize(
    ("text", "status"),
    [("trigger_data.amount > 1", "true"), ("trigger_data.amount > 10", "false")],
)
def test_it_is_true_or_false(text: str, status: str) -> None:
    assert checked(text) == CheckedCondition(status)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("unasked == 1", "There is nothing called unasked here.", 1),
        ("true && other", "There is nothing called other here.", 9),
        ("1 + 1", "It is neither true nor false. Compare it with something", None),
        ("1 > 'a'", "These kinds of values do not go together", 3),
        ("trigger_data.amount >", "This cannot be read", 22),
        ("", "This cannot be read", None),
    ],
)
def test_what_no_run_can_ask_is_invalid_and_says_where(
    text: str, message: str, column: int | None
) -> None:
    found = checked(text)
    assert found.status == "invalid"
    assert found.message.startswith(message)
    assert found.column == column


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trigger_data.missing > 1", "There is no field missing here."),
        ("later.x > 1", "There is no sample of later yet."),
        ("trigger_data.amount > 'a'", "> does not take a whole number and a text"),
        ("trigger_data.left > 1", "> does not take nothing (null) and a whole number"),
        ("!trigger_data.name", "! does not take what is here."),
        ("'a' in trigger_data.amount", "in does not take what is here."),
        ("int(trigger_data.name) > 1", "This text is no number."),
        ("trigger_data.tags[5] == 'a'", "The list has 1 items, none at 5."),
        ("1 / 0 == trigger_data.amount", "It divides by zero."),
        ("trigger_data.amount", "It gives a whole number, not true or false."),
        ("trigger_data.tags", "It gives a list, not true or false."),
        ("trigger_data.more", "It gives an object, not true or false."),
    ],
)
def test_what_this_sample_does_not_answer_says_why(text: str, message: str) -> None:
    found = checked(text)
    assert found.status == "no_answer"
    assert found.message.startswith(message)


def test_it_takes_no_longer_than_a_run_may() -> None:
    text = "later.all(a, later.all(b, later.all(c, a + b + c >= 0)))"
    found = checked_condition(text, ["later"], {"later": list(range(1000))})
    assert found.status == "no_answer"
