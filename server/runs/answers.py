"""Answers to interrupts, checked against what was asked."""

from collections.abc import Mapping
from typing import Any

from jsonschema.validators import validator_for

from domain.errors import InvalidInput, NotWaiting


def checked_answers(
    interrupts: Mapping[str, list[dict[str, Any]]], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers, by interrupt id.

    Raises `NotWaiting` for an id that is not pending, `InvalidInput` for an answer that does not
    fit the `response_schema` of its interrupt or when there is none at all.
    """
    pending = {interrupt["id"]: interrupt for group in interrupts.values() for interrupt in group}
    if not answers:
        raise InvalidInput(f"Send an answer for one of: {', '.join(pending)}.")
    for interrupt_id, value in answers.items():
        if interrupt_id not in pending:
            raise NotWaiting(interrupt_id)
        if schema := pending[interrupt_id].get("response_schema"):
            _check(interrupt_id, value, schema)
    return dict(answers)


def _check(interrupt_id: str, value: Any, schema: Mapping[str, Any]) -> None:
    validator = validator_for(schema)(schema)
    problems = sorted(validator.iter_errors(value), key=lambda problem: list(problem.path))
    if problems:
        said = "; ".join(problem.message for problem in problems[:3])
        raise InvalidInput(f"The answer to {interrupt_id} does not fit what was asked: {said}.")
