"""What the parts of a process are made from, out of the settings."""

from domain.workflows.caps import WorkflowCaps
from server.probe import ProbeLimits
from server.runs.worker import WorkerLimits
from server.settings import Settings
from storage.database import DatabaseLimits
from tools.model_settings import ModelSettings


def database_limits(settings: Settings) -> DatabaseLimits:
    """How many connections there are."""
    return DatabaseLimits(
        api_connections=settings.api_connections,
        run_connections=settings.run_connections,
        system_connections=settings.system_connections,
        runs_per_user=settings.runs_per_user,
        workflow_runs_per_user=settings.workflow_runs_per_user,
        api_wait_s=settings.database_wait_s,
    )


def probe_limits(settings: Settings) -> ProbeLimits:
    """How the probe looks."""
    return ProbeLimits(
        lease_s=settings.worker_lease_s,
        data_dir=settings.data_dir.resolve(),
        min_free_mb=settings.min_free_disk_mb,
        is_embedded=settings.database_url is None,
    )


def worker_limits(settings: Settings, *, accepts_runs: bool) -> WorkerLimits:
    """How much a worker does, and how patiently."""
    concurrency = settings.worker_concurrency
    return WorkerLimits(
        concurrency=concurrency,
        # Half, so that each side has its places for certain: neither waits for the other.
        offered=concurrency // 2 if accepts_runs else 0,
        beat_s=settings.worker_beat_s,
        lease_s=settings.worker_lease_s,
        drain_s=settings.drain_s,
    )


def model_settings(settings: Settings) -> ModelSettings:
    """What the chat models are made from."""
    key = settings.openai_api_key
    return ModelSettings(
        model=settings.model,
        api_key=key.get_secret_value() if key else None,
        base_url=settings.openai_base_url,
        timeout_s=settings.model_timeout_s,
        retry_after_s=settings.model_retry_after_s,
    )


def workflow_caps(settings: Settings) -> WorkflowCaps:
    """How much one run of a workflow may do and carry."""
    return WorkflowCaps(
        inline_bytes=settings.workflow_inline_kb * 1024,
        run_bytes=settings.workflow_run_mb * 1024 * 1024,
        executions=settings.workflow_executions,
        idle_s=settings.workflow_idle_s,
    )
