"""The timer's trigger: a schedule."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.integration import Trigger


class ScheduleParams(BaseModel):
    """When, and what becomes of times at which it could not start."""

    model_config = ConfigDict(extra="forbid")

    cron: str = Field(
        description="Minute, hour, day, month and weekday, as in 0 9 * * 1-5; or @daily.",
        json_schema_extra={"format": "cron"},
    )
    time_zone: str = Field(
        "UTC", description="Such as Asia/Kolkata.", json_schema_extra={"format": "time-zone"}
    )
    missed: Literal["skip", "once", "all"] = Field(
        "once", description="Times that passed while the service was down; of `all` the last 24."
    )
    overlap: Literal["skip", "queue", "allow", "cancel_previous"] = Field(
        "queue", description="When the run before has not ended."
    )


class ScheduleData(BaseModel):
    """The moment that it was due."""

    scheduled_for: str = Field(description="In UTC, as in 2026-01-31T03:30:00+00:00.")
    local_time: str = Field(description="The same where the schedule is.")
    date: str = Field(description="The day there, as in 2026-01-31.")
    time_zone: str


TRIGGERS: Final = (
    Trigger(
        "schedule",
        "Schedule",
        "At fixed times, such as every morning at nine.",
        ScheduleParams,
        ScheduleData,
        {
            "scheduled_for": "2026-01-31T03:30:00+00:00",
            "local_time": "2026-01-31T09:00:00+05:30",
            "date": "2026-01-31",
            "time_zone": "Asia/Kolkata",
        },
        phrases=("every day", "every morning", "every hour", "every week", "every month", "daily"),
    ),
)
