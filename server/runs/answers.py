"""Answers to interrupts, checked against what was asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from jsonschema.validators import validator_for

from domain.errors import Conflict, InvalidInput, NotWaiting
from domain.workflows.waiting import is_closed

#: LangGraph's ids of interrupts are hashes of 128 bits.
_INTERRUPT_ID: Final = re.compile(r"^[0-9a-f]{32}$")


@dataclass(frozen=True, slots=True)
class OnlyAnswer:
    """An answer without an id: to the only question that is pending."""

    value: Any


def checked_answers(
    interrupts: Mapping[str, list[dict[str, Any]]], answers: Mapping[str, Any] | OnlyAnswer
) -> dict[str, Any]:
    """The answers, by interrupt id.

    Raises `NotWaiting` for an id that is not pending (any more), `InvalidInput` for an answer that
    does not fit the `response_schema` of its interrupt or when it is not clear which is meant, and
    `Conflict` for a question that is not for whoever runs the graph.
    """
    pending = {interrupt["id"]: interrupt for group in interrupts.values() for interrupt in group}
    if isinstance(answers, OnlyAnswer):
        answers = {_only(pending): answers.value}
    if not answers:
        raise InvalidInput(f"Send an answer for one of: {', '.join(pending)}.")
    for interrupt_id, value in answers.items():
        if interrupt_id not in pending:
            raise NotWaiting(interrupt_id)
        if is_closed(pending[interrupt_id].get("value")):
            raise Conflict(
                f"{interrupt_id} is not answered here: its approvers vote on an approval, and a "
                "wait ends by its event or its moment."
            )
        if schema := pending[interrupt_id].get("response_schema"):
            _check(interrupt_id, value, schema)
    return dict(answers)


def resumed_answers(
    interrupts: Mapping[str, list[dict[str, Any]]], resume: Any
) -> Mapping[str, Any] | OnlyAnswer:
    """What LangGraph's `Command(resume=…)` means: answers by id, or the only one."""
    if isinstance(resume, Mapping):
        by_id = cast(Mapping[str, Any], resume)
        known = {interrupt["id"] for group in interrupts.values() for interrupt in group}
        if by_id and all(name in known or _INTERRUPT_ID.match(name) for name in by_id):
            return by_id
    return OnlyAnswer(resume)


def _only(pending: Mapping[str, Any]) -> str:
    if not pending:
        raise NotWaiting("this question")
    if len(pending) > 1:
        raise InvalidInput(
            f"{len(pending)} questions are pending. Send an answer with the interrupt's id for "
            f"each that you answer: {', '.join(pending)}."
        )
    return next(iter(pending))


def _check(interrupt_id: str, value: Any, schema: Mapping[str, Any]) -> None:
    validator = validator_for(schema)(schema)
    problems = sorted(validator.iter_errors(value), key=lambda problem: list(problem.path))
    if problems:
        said = "; ".join(problem.message for problem in problems[:3])
        raise InvalidInput(f"The answer to {interrupt_id} does not fit what was asked: {said}.")
