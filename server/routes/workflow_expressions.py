"""Trying conditions of workflows while they are written; nothing is run, and nothing is kept."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.blueprints.condition_checks import CheckStatus, checked_condition
from domain.blueprints.expressions import MOST_CHARACTERS
from server.dependencies import UserDep
from server.shapes import problems

router = APIRouter(tags=["workflows"])

#: As many as a blueprint has steps, and what is there besides.
_MOST_NAMES = 410


class ConditionToCheck(BaseModel):
    """A condition, the names that it may use, and what they hold in a sample."""

    model_config = ConfigDict(extra="forbid")

    condition: Annotated[
        str,
        StringConstraints(max_length=MOST_CHARACTERS),
        Field(examples=["trigger_data.amount > 1000"]),
    ]
    names: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        max_length=_MOST_NAMES, examples=[["trigger_data"]]
    )
    sample: dict[str, Any] = Field(
        default_factory=dict, examples=[{"trigger_data": {"amount": 1500}}]
    )


class CheckedShape(BaseModel):
    """What came of it."""

    status: CheckStatus = Field(
        description="true, false; invalid: no run can ask it; no_answer: not with this sample."
    )
    message: str = Field(description="Why there is no answer.")
    line: int | None = Field(description="Where it is invalid, from 1.")
    column: int | None


@router.post("/workflows/expressions/check", responses=problems(401, 422, 503))
async def check_condition(body: ConditionToCheck, _user: UserDep) -> CheckedShape:
    """Ask a condition with a sample, as a run would: true, false, or why neither."""
    # A large sample takes a moment: others go on meanwhile.
    found = await asyncio.to_thread(checked_condition, body.condition, body.names, body.sample)
    return CheckedShape(
        status=found.status, message=found.message, line=found.line, column=found.column
    )
