"""Trying a condition while it is written: against values of a sample, without a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.blueprints.expressions import (
    ConditionFailed,
    ConditionInvalid,
    Mistake,
    compile_condition,
)

CheckStatus = Literal["true", "false", "invalid", "no_answer"]


@dataclass(frozen=True, slots=True)
class CheckedCondition:
    """What came of a condition; line and column count from 1, where it is invalid."""

    #: invalid: it can never be asked; no_answer: not with this sample.
    status: CheckStatus
    message: str = ""
    line: int | None = None
    column: int | None = None


def checked_condition(
    text: str, names: Iterable[str], sample: Mapping[str, Any]
) -> CheckedCondition:
    """The answer of a condition that may use `names`, with those of them that the sample has."""
    known = {name: sample[name] for name in names if name in sample}
    try:
        condition = compile_condition(text, dict.fromkeys(names, "any"))
    except ConditionInvalid as error:
        return _invalid(error.mistakes[0])
    try:
        return CheckedCondition("true" if condition.holds(known) else "false")
    except ConditionFailed as error:
        return CheckedCondition("no_answer", error.reason or str(error))


def _invalid(mistake: Mistake) -> CheckedCondition:
    match mistake.fault:
        case "unknown_name":
            message = f"There is nothing called {mistake.name} here."
        case "condition_type" if not mistake.line:
            message = "It is neither true nor false. Compare it with something, as in x > 1000."
        case "condition_type":
            message = "These kinds of values do not go together; int(x) and string(x) convert."
        case _:
            message = "This cannot be read as an expression."
    return CheckedCondition("invalid", message, mistake.line or None, mistake.column or None)
