"""Answers are taken for what is pending and only if they fit what was asked."""

from typing import Any

import pytest

from domain.errors import InvalidInput, NotWaiting
from server.runs.answers import checked_answers

CHOICE = {"type": "object", "required": ["use"], "properties": {"use": {"enum": ["a", "b"]}}}
PENDING: dict[str, list[dict[str, Any]]] = {
    "task-1": [{"id": "number", "value": "?", "response_schema": {"type": "integer"}}],
    "task-2": [
        {"id": "choice", "value": "?", "response_schema": CHOICE},
        {"id": "anything", "value": "?", "response_schema": None},
    ],
}


@pytest.mark.parametrize(
    "answers",
    [
        {"number": 3},
        {"choice": {"use": "a"}},
        {"anything": None},
        {"number": 3, "choice": {"use": "b"}, "anything": [1]},
    ],
)
def test_a_fitting_answer_is_taken(answers: dict[str, Any]) -> None:
    assert checked_answers(PENDING, answers) == answers


def test_an_answer_to_nothing_is_refused() -> None:
    with pytest.raises(NotWaiting, match="gone"):
        checked_answers(PENDING, {"number": 3, "gone": 1})
    with pytest.raises(NotWaiting, match="number"):
        checked_answers({}, {"number": 3})


def test_no_answer_at_all_is_refused_with_what_is_pending() -> None:
    with pytest.raises(InvalidInput, match="number, choice, anything"):
        checked_answers(PENDING, {})


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"number": "three"}, "'three' is not of type 'integer'"),
        ({"number": None}, "None is not of type 'integer'"),
        ({"choice": {}}, "'use' is a required property"),
        ({"choice": {"use": "c"}}, "'c' is not one of"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_the_reason(
    answers: dict[str, Any], problem: str
) -> None:
    [name] = answers
    with pytest.raises(InvalidInput) as caught:
        checked_answers(PENDING, answers)
    assert name in str(caught.value)
    assert problem in str(caught.value)
