"""Runs: look at one, stop it, answer what it asks."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from server.dependencies import ServicesDep, UserDep
from server.runs.answers import OnlyAnswer
from server.shapes import RunShape, problems, run_shape

router = APIRouter(prefix="/runs", tags=["runs"])


class Answers(BaseModel):
    """Answers to what a paused run asks."""

    answers: dict[str, Any] | None = Field(None, description="By the interrupt's id.")
    value: Any = Field(None, description="The answer, when exactly one question is pending.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "Answers":
        given = {"answers", "value"} & self.model_fields_set
        if len(given) != 1:
            raise ValueError("send either `answers` or `value`")
        return self


@router.get("/{run_id}", responses=problems(404, 422, 503))
async def get_run(run_id: UUID, services: ServicesDep, user: UserDep) -> RunShape:
    """One run."""
    return run_shape(await services.runs.get(user, run_id))


@router.post("/{run_id}/cancel", status_code=202, responses=problems(404, 409, 422, 503))
async def cancel_run(run_id: UUID, services: ServicesDep, user: UserDep) -> RunShape:
    """Stop a run: at once when it waits, else as soon as its worker hears of it."""
    return run_shape(await services.manager.cancel(user, run_id))


@router.post("/{run_id}/resume", responses=problems(404, 409, 422, 503))
async def resume_run(run_id: UUID, body: Answers, services: ServicesDep, user: UserDep) -> RunShape:
    """Answer what the run asks; it goes on as a new run on the same thread."""
    answers = OnlyAnswer(body.value) if body.answers is None else body.answers
    return run_shape(await services.manager.resume(user, run_id, answers))
