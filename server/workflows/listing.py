"""What a list says of each workflow: what starts it, whether it can, and how it did lately."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from domain.errors import NotFound
from domain.schedule_words import in_words
from domain.workflows.workflow import Workflow
from server.triggers.liveness import LivenessProbe, Pulse
from server.workflow_list_shapes import ListedWorkflow, ShownRun, ShownTrigger
from server.workflow_shapes import workflow_fields
from storage.workflow_executions import ExecutionRepository, RecentRun
from tools.registry import Integrations

#: Of each workflow.
SHOWN_RUNS: Final = 20

#: As a blueprint has a trigger's parameters.
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkflowListing:
    """Looks at a page of workflows at once: a few statements for each owner, none for each row."""

    executions: ExecutionRepository
    liveness: LivenessProbe
    integrations: Integrations

    async def listed(self, workflows: Sequence[Workflow]) -> list[ListedWorkflow]:
        """The same workflows in the same order, as a list shows them."""
        now = datetime.now(UTC)
        runs: dict[UUID, list[RecentRun]] = {}
        pulses: dict[UUID, list[Pulse]] = {}
        ordered = sorted(workflows, key=lambda each: (each.tenant_id, each.user_id))
        for owner, group in groupby(ordered, key=lambda each: each.owner):
            theirs = list(group)
            runs |= await self.executions.recent(owner, [w.workflow_id for w in theirs], SHOWN_RUNS)
            live = [each.workflow_id for each in theirs if each.active_version is not None]
            if live:
                pulses |= await self.liveness.pulses_of(owner, live)
        return [
            self._row(each, pulses.get(each.workflow_id, []), runs.get(each.workflow_id, []), now)
            for each in workflows
        ]

    def _row(
        self,
        workflow: Workflow,
        pulses: Sequence[Pulse],
        runs: Sequence[RecentRun],
        now: datetime,
    ) -> ListedWorkflow:
        is_off = workflow.active_version is None
        triggers = list(self._of_draft(workflow, now) if is_off else self._of_live(pulses, now))
        stuck = any(trigger.can_fire is False for trigger in triggers) or not triggers
        moments = [trigger.next_at for trigger in triggers if trigger.next_at]
        return ListedWorkflow.model_validate(
            {
                **workflow_fields(workflow),
                "triggers": triggers,
                "next_at": min(moments, default=None),
                "liveness": "off" if is_off else "stuck" if stuck else "live",
                "recent_runs": [ShownRun.model_validate(asdict(run)) for run in runs],
            }
        )

    def _of_live(self, pulses: Sequence[Pulse], now: datetime) -> Iterator[ShownTrigger]:
        for pulse in pulses:
            yield ShownTrigger(
                node_id=pulse.node_id,
                service=pulse.service,
                task=pulse.task,
                words=self._words(pulse.service, pulse.task, pulse.params, now),
                can_fire=pulse.can_fire,
                problem=pulse.problem,
                next_at=pulse.next_at,
            )

    def _of_draft(self, workflow: Workflow, now: datetime) -> Iterator[ShownTrigger]:
        for node in workflow.triggers:
            data: dict[str, Any] = node.get("data") or {}
            service, task = str(data.get("service") or ""), str(data.get("task") or "")
            yield ShownTrigger(
                node_id=node["id"],
                service=service,
                task=task,
                words=self._words(service, task, data.get("params") or {}, now),
                can_fire=None,
                problem=None,
                next_at=None,
            )

    def _words(self, service: str, task: str, params: Params, now: datetime) -> str:
        cron, zone = params.get("cron"), params.get("time_zone") or "UTC"
        if (service, task) == ("timer", "schedule") and isinstance(cron, str):
            return in_words(cron, str(zone), now)
        try:
            integration = self.integrations.get(service)
            title = self.integrations.trigger(service, task).title
        except NotFound:
            return "Not chosen yet"
        return title if service in _OWN else f"{integration.title}: {title}"


#: Services whose triggers say enough by their titles.
_OWN: Final = frozenset({"manual", "timer", "goldenpath", "webhook"})
