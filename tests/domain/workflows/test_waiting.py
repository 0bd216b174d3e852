"""What nodes that wait interrupt with, and which answers are theirs."""

from typing import Any
from uuid import UUID, uuid4

from jsonschema import Draft202012Validator

from domain.workflows.votes import answer_of
from domain.workflows.waiting import (
    ApprovalRequest,
    WaitRequest,
    approval_question,
    approval_schema,
    fitting,
    wait_question,
    wait_schema,
    waits_for,
)

PLACE: dict[str, Any] = {
    "root_run_id": uuid4(),
    "thread_id": uuid4(),
    "workflow_id": uuid4(),
    "node_id": "gate",
    "path": "loop_1[3]/gate",
}


def test_a_question_says_what_it_belongs_to() -> None:
    approval, wait = uuid4(), uuid4()
    asked = approval_question(approval, ApprovalRequest(**PLACE, title="May it?"))
    assert (asked["kind"], asked["node_id"], asked["item"]) == (
        "approval",
        "gate",
        "loop_1[3]/gate",
    )
    assert waits_for(asked) == approval
    assert waits_for(wait_question(wait, WaitRequest(**PLACE, event="paid"))) == wait


def test_other_questions_belong_to_nothing() -> None:
    others: list[Any] = [
        None,
        "approval",
        {},
        {"kind": "approval"},
        {"kind": "approval", "approval_id": "none"},
        {"kind": "wait", "approval_id": str(uuid4())},
        {"approval_id": str(uuid4())},
    ]
    assert [waits_for(each) for each in others] == [None] * len(others)


def test_answers_find_the_interrupts_that_wait_for_them() -> None:
    ids = [uuid4() for _ in range(4)]

    def pending(name: str, asked: UUID) -> dict[str, Any]:
        return {"id": name, "value": {"kind": "wait", "wait_id": str(asked)}}

    interrupts = {
        "task 1": [pending("a", ids[0]), pending("b", ids[1])],
        "task 2": [pending("c", ids[2]), {"id": "d", "value": "What else?"}],
    }
    answers = {ids[0]: "first", ids[2]: "third", ids[3]: "nobody asks"}
    assert fitting(interrupts, answers) == ({"a": "first", "c": "third"}, [ids[0], ids[2]])


def test_answers_fit_their_schemas() -> None:
    assert Draft202012Validator(approval_schema()).is_valid(answer_of("expired", []))
    assert Draft202012Validator(wait_schema()).is_valid({"outcome": "due", "data": None})
    assert not Draft202012Validator(approval_schema()).is_valid({"decision": "maybe"})
    assert not Draft202012Validator(wait_schema()).is_valid({"outcome": "approved"})
