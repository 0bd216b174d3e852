"""What people think of a run's answer."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from domain.feedback import MOST_COMMENT_CHARACTERS, Feedback, Score
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems

router = APIRouter(tags=["runs"])

Comment = Annotated[str, Field(max_length=MOST_COMMENT_CHARACTERS)]


class Opinion(BaseModel):
    """What somebody thinks of a run."""

    score: Score = Field(description="1 good, -1 bad, 0 takes an earlier opinion back.")
    comment: Comment | None = Field(
        None,
        description="Missing keeps the one of the same score; an empty text takes it away.",
    )


class FeedbackShape(Opinion):
    """What its owner thinks of a run."""

    run_id: UUID
    updated_at: datetime


@router.post("/runs/{run_id}/feedback", responses=problems(404, 422, 503))
async def give_feedback(
    run_id: UUID, body: Opinion, services: ServicesDep, user: UserDep
) -> FeedbackShape:
    """Say whether a run's answer was good, in place of what was said before."""
    if body.score != 0:
        return _shape(await services.feedback.give(user, run_id, body.score, body.comment))
    await services.runs.get(user, run_id)
    await services.feedback.take_back(user, run_id)
    return FeedbackShape(run_id=run_id, score=0, comment=None, updated_at=datetime.now(UTC))


@router.get("/threads/{thread_id}/feedback", responses=problems(404, 422, 503))
async def list_feedback(
    thread_id: UUID, services: ServicesDep, user: UserDep
) -> list[FeedbackShape]:
    """What was thought of the thread's runs, oldest run first."""
    await services.threads.get(user, thread_id)
    return [_shape(each) for each in await services.feedback.of_thread(user, thread_id)]


def _shape(feedback: Feedback) -> FeedbackShape:
    return FeedbackShape(
        run_id=feedback.run_id,
        score=feedback.score,
        comment=feedback.comment,
        updated_at=feedback.updated_at,
    )
