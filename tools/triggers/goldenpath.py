"""The service's own triggers: other workflows that end."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from tools.integration import Trigger


class EndedParams(BaseModel):
    """Which workflow; all of yours but the one that starts when nothing is said."""

    model_config = ConfigDict(extra="forbid")

    workflow_id: str | None = None


class WorkflowError(BaseModel):
    """Why a run failed, and at which step last."""

    code: str
    message: str
    node_id: str | None = None


class CompletedData(BaseModel):
    """A run that has ended."""

    workflow_id: str
    workflow_name: str
    version: int
    run_id: str
    thread_id: str
    status: str = Field(description="success, error or timeout.")
    started_at: str
    ended_at: str
    trigger_data: Any = Field(
        None, description="What it was started with; of large data `size` and `preview` alone."
    )


class FailedData(CompletedData):
    """A run that has failed."""

    error: WorkflowError = Field(description="The failure that ended it.")


_ENDED: Final = {
    "workflow_id": "3f0c1a52-8f5e-4f0e-9a34-2d5b1c7e9a10",
    "workflow_name": "Thank for payments",
    "version": 3,
    "run_id": "5b1e0c1e-7a4e-4a1d-8a6e-0a9f4f5f2c11",
    "thread_id": "9c2d7f70-53f4-4b55-a0f2-7d1f0b3a6e12",
    "status": "success",
    "started_at": "2026-01-31T03:30:00+00:00",
    "ended_at": "2026-01-31T03:30:02+00:00",
    "trigger_data": {"amount": 5},
}

TRIGGERS: Final = (
    Trigger(
        "workflow_failed",
        "Workflow failed",
        "A run of another workflow of yours has failed.",
        EndedParams,
        FailedData,
        {
            **_ENDED,
            "status": "error",
            "error": {
                "code": "ProviderRefused",
                "message": "Twilio refused this: the number is not on WhatsApp.",
                "node_id": "send_whatsapp",
            },
        },
        phrases=("a workflow fails", "workflow failed"),
    ),
    Trigger(
        "workflow_completed",
        "Workflow completed",
        "A run of another workflow of yours has ended well.",
        EndedParams,
        CompletedData,
        _ENDED,
        phrases=("a workflow completes", "workflow is done", "workflow finishes"),
    ),
)
