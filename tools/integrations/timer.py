"""Waiting, as a step of a workflow."""

from datetime import datetime
from typing import Final, NoReturn

from pydantic import AwareDatetime, Field

from domain.errors import InvalidInput
from tools.integration import Action, Call, Integration
from tools.task_shapes import TaskParams, TaskResult
from tools.triggers.timer import TRIGGERS

#: Thirty days.
LONGEST_WAIT_S: Final = 30 * 24 * 3600


class WaitFor(TaskParams):
    """How long to wait."""

    seconds: int = Field(
        title="Seconds",
        description="An hour has 3,600, a day 86,400; 30 days at most.",
        examples=[3600],
        ge=1,
        le=LONGEST_WAIT_S,
    )


class WaitUntil(TaskParams):
    """Until when to wait."""

    until: AwareDatetime = Field(
        title="Moment",
        description="With its offset, 30 days ahead at most; one that has passed does not wait.",
        examples=["2026-12-24T09:00:00+05:30", "{{trigger_data.due_at}}"],
    )


class Waited(TaskResult):
    """A wait that is over."""

    until: datetime = Field(description="The moment that was waited for.")


async def _only_in_workflows(call: Call, params: WaitFor | WaitUntil) -> NoReturn:
    """Refuse: a workflow's engine pauses the run instead of calling this."""
    raise InvalidInput(
        "A wait is a pause of a workflow's run and cannot be called on its own. Use it as a step "
        "of a workflow."
    )


INTEGRATION: Final = Integration(
    service="timer",
    title="Timer",
    description="Waits, which hold nothing up but their own run.",
    triggers=TRIGGERS,
    actions=(
        Action(
            name="wait_for",
            title="Wait for some time",
            description="Go on after so many seconds.",
            params=WaitFor,
            result=Waited,
            effect="read",
            run=_only_in_workflows,
            phrases=("wait for", "after waiting", "wait a", "pause for", "delay for"),
        ),
        Action(
            name="wait_until",
            title="Wait until a moment",
            description="Go on at a date and time.",
            params=WaitUntil,
            result=Waited,
            effect="read",
            run=_only_in_workflows,
            phrases=("wait until", "wait till", "pause until", "hold until"),
        ),
    ),
    aliases=("wait", "delay", "schedule", "clock", "cron"),
)
