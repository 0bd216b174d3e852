"""Settings of what starts workflows, a part of `server/settings.py`."""

from pydantic import Field

from server.workflow_settings import WorkflowSettings


class TriggerSettings(WorkflowSettings):
    """A part of `Settings`, which reads it from the environment."""

    webhook_kb: int = Field(
        default=1024, ge=1, description="Largest body that a webhook takes, kilobytes."
    )
    deliveries_per_s: int = Field(
        default=50, ge=1, description="Deliveries that each endpoint of a webhook takes a second."
    )
    webhook_grace_h: float = Field(
        default=24.0,
        ge=0,
        description="How long the secret before the present one counts at an endpoint, hours.",
    )
    keep_deliveries_days: int = Field(
        default=14,
        ge=1,
        description="Deliveries of webhooks are kept so long, days; repetitions are known as long.",
    )
