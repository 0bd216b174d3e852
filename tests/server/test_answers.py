"""Answers are taken for what is pending and only if they fit what was asked."""

from typing import Any

import pytest

from domain.errors import InvalidInput, NotWaiting
from server.runs.answers import OnlyAnswer, checked_answers, resumed_answers

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


def test_an_answer_without_an_id_is_for_the_only_question() -> None:
    only = {"task-1": PENDING["task-1"]}
    assert checked_answers(only, OnlyAnswer(3)) == {"number": 3}
    with pytest.raises(InvalidInput, match="does not fit"):
        checked_answers(only, OnlyAnswer("three"))
    with pytest.raises(InvalidInput, match="3 questions are pending"):
        checked_answers(PENDING, OnlyAnswer(3))
    with pytest.raises(NotWaiting):
        checked_answers({}, OnlyAnswer(3))


def test_what_a_command_resumes_with_is_read_by_id_or_as_the_only_answer() -> None:
    late = "0123456789abcdef0123456789abcdef"
    assert resumed_answers(PENDING, {"number": 3}) == {"number": 3}
    assert resumed_answers(PENDING, {late: 3}) == {late: 3}
    assert resumed_answers(PENDING, {"use": "a"}) == OnlyAnswer({"use": "a"})
    assert resumed_answers(PENDING, {}) == OnlyAnswer({})
    assert resumed_answers(PENDING, "yes") == OnlyAnswer("yes")
