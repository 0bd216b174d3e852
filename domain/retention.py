"""How long things are kept, and what clearing away the rest came to."""

from dataclasses import dataclass, fields
from typing import Literal

#: All checkpoints, those that going on needs, or besides these the ones of so many days.
KeptCheckpoints = Literal["all", "latest"] | int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept."""

    #: Stream parts, so long after the end of their run.
    stream_parts_h: float = 24.0
    checkpoints: KeptCheckpoints = 30
    #: Ended runs; 0 keeps them as long as their threads.
    runs_days: int = 90
    #: Threads that went with their run.
    gone_threads_h: float = 24.0
    #: Executions of workflows that do not say it themselves; 0 keeps them. And so many of each.
    executions_days: int = 30
    executions_of_workflow: int = 10_000
    #: Sign-ins, so long after they have ended; each is good so long at most.
    sign_ins_days: float = 30.0
    sign_ins_good_days: float = 30.0
    #: Entries of the audit log; 0 keeps all.
    audit_days: int = 365
    #: Deliveries of webhooks, and the moments that schedules were started for.
    deliveries_days: int = 14
    #: What people were told.
    notifications_days: int = 90


@dataclass(slots=True)
class Cleared:
    """How much was cleared away."""

    stream_parts: int = 0
    runs: int = 0
    threads: int = 0
    executions: int = 0
    checkpoints: int = 0
    #: Saved values of channels that no checkpoint has any more.
    values: int = 0
    #: Counts of requests and of failed sign-ins that say nothing any more.
    counts: int = 0
    audit_entries: int = 0
    deliveries: int = 0
    schedule_fires: int = 0
    notifications: int = 0

    def sentence(self) -> str:
        """What was cleared, for people."""
        counts = [
            f"{getattr(self, field.name):,} {field.name.replace('_', ' ')}"
            for field in fields(self)
        ]
        return f"Cleared away: {', '.join(counts)}."
