"""Settings about users' workflows, a part of `server/settings.py`."""

from pydantic import Field

from domain.workflows.starts import MOST_DEPTH
from server.security_settings import SecuritySettings


class WorkflowSettings(SecuritySettings):
    """How many workflows there may be, and how much they may do."""

    workflows_per_user: int = Field(
        default=50, ge=1, description="Workflows that each user may have."
    )
    workflow_runs_per_user: int = Field(
        default=10,
        ge=1,
        description="Executions of each user's workflows at the same time; the rest wait.",
    )
    workflow_queue: int = Field(
        default=1000,
        ge=1,
        description="Executions of each user's workflows that may be open, waiting ones included; "
        "more are refused.",
    )
    workflow_depth: int = Field(
        default=MOST_DEPTH, ge=1, description="Workflows that may start each other in a chain."
    )
    workflow_payload_kb: int = Field(
        default=1024, ge=1, description="Largest data that a workflow is started with, kilobytes."
    )
    workflow_executions: int = Field(
        default=10_000, ge=1, description="Steps that one execution of a workflow may take."
    )
    workflow_idle_s: float = Field(
        default=600.0,
        gt=0,
        description="How long an assistant that is a step may be silent, seconds.",
    )
    workflow_run_mb: int = Field(
        default=25, ge=1, description="What the steps of one execution may give back, megabytes."
    )
    workflow_inline_kb: int = Field(
        default=64, ge=1, description="A larger result of a step is kept as a file, kilobytes."
    )
    keep_workflow_runs: int = Field(
        default=10_000, ge=1, description="Executions of each workflow that are kept."
    )
    keep_workflow_runs_days: int = Field(
        default=30,
        ge=0,
        description="How long after their end executions of workflows are kept that do not say it "
        "by `retention_days`; 0 keeps them.",
    )
