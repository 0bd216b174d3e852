"""What people think of a run's answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

#: Good or bad; 0 is no opinion (any more).
Score = Literal[-1, 0, 1]

MOST_COMMENT_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Feedback:
    """One opinion on a run."""

    run_id: UUID
    score: Score
    comment: str | None
    updated_at: datetime
