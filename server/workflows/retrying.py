"""Trying executions again: the plan first, then what it says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any, Final, cast, get_args

from domain.blueprints.blueprint import Blueprint
from domain.errors import Conflict, InvalidInput
from domain.identity import UserContext
from domain.workflows.execution import FAILED, Execution
from domain.workflows.retry import (
    RetryFrom,
    RetryPlan,
    RetryRefused,
    WhichVersion,
    is_compatible,
    made_plan,
    plan_from_failed_node,
)
from domain.workflows.run_view import RunView
from domain.workflows.starts import WORKFLOW_GRAPH, StartedWorkflow, WorkflowStart, pinned
from domain.workflows.trials import trial_in
from server.runs.manager import RunManager
from server.runs.requests import RunRequest
from server.workflows.run_views import run_view
from server.workflows.starting import Starter
from storage.run_events import EventLog
from storage.workflow_executions import ExecutionRepository
from storage.workflow_versions import WorkflowVersions
from storage.workflows import WorkflowRepository

_ALL: Final = tuple(product(get_args(RetryFrom), get_args(WhichVersion)))


@dataclass(frozen=True, slots=True)
class RetryParts:
    """What is read for a plan."""

    workflows: WorkflowRepository
    versions: WorkflowVersions
    executions: ExecutionRepository
    events: EventLog


@dataclass(frozen=True, slots=True)
class _Failed:
    """An execution that may be tried again."""

    execution: Execution
    blueprint: Blueprint
    view: RunView
    #: What it was started with; None when that is gone.
    given: Mapping[str, Any] | None
    has_state: bool


class Retries:
    """Plans, and what comes of them."""

    def __init__(self, parts: RetryParts, manager: RunManager, starter: Starter) -> None:
        self._parts = parts
        self._manager = manager
        self._starter = starter

    async def plan(
        self, execution: Execution, start: RetryFrom | None, which: WhichVersion
    ) -> RetryPlan:
        """What trying again would do: from where it failed if that can be, unless told.

        Raises `RetryRefused`.
        """
        failed = await self._failed(execution)
        if start is None:
            start = "failed_node" if failed.has_state else "start"
        return await self._plan(failed, start, which)

    async def retry(
        self, user: UserContext, execution: Execution, plan_id: str, known: Collection[str]
    ) -> StartedWorkflow:
        """Do what a plan says, with all its repeats known.

        Raises `RetryRefused`, `InvalidInput` for repeats that nobody has acknowledged.
        """
        failed = await self._failed(execution)
        plan = await self._matching(failed, plan_id)
        unknown = [effect.effect_key for effect in plan.repeats if effect.effect_key not in known]
        if unknown:
            raise InvalidInput(
                f"{len(unknown)} effects may happen a second time. Look at `repeats` of the plan, "
                "and send the `effect_key` of each in `acknowledge`."
            )
        if plan.start == "start":
            return await self._started_anew(user, failed, plan)
        return await self._gone_on(user, failed, plan)

    async def _failed(self, execution: Execution) -> _Failed:
        parts, owner = self._parts, execution.owner
        if execution.status in ("waiting", "queued", "running"):
            raise RetryRefused("waiting")
        if execution.status not in FAILED:
            raise RetryRefused("not_failed")
        if await parts.executions.retried_by(owner, execution.run_id):
            raise RetryRefused("already_retried")
        version = await parts.versions.version(owner, execution.workflow_id, execution.version)
        view, _ = await run_view(parts.events, execution)
        given = await parts.executions.started_with(owner, execution.run_id)
        return _Failed(
            execution=execution,
            blueprint=version.blueprint,
            view=view,
            given=cast(Mapping[str, Any], given) if isinstance(given, dict) else None,
            has_state=await parts.executions.has_checkpoint(owner, execution.thread_id),
        )

    async def _plan(self, failed: _Failed, start: RetryFrom, which: WhichVersion) -> RetryPlan:
        execution, version, blueprint = failed.execution, failed.execution.version, failed.blueprint
        if which == "latest":
            version, blueprint = await self._latest(execution)
        if start == "start":
            if failed.given is None:
                raise RetryRefused("history_gone")
            reruns = [node.id for node in blueprint.nodes if node.type != "trigger"]
            nodes: tuple[list[str], list[str]] = ([], reruns)
        else:
            if not failed.has_state:
                raise RetryRefused("history_gone")
            stirred = [node.node_id for node in failed.view.nodes]
            if not is_compatible(failed.blueprint, blueprint, stirred):
                raise RetryRefused("version_incompatible")
            nodes = plan_from_failed_node(blueprint, failed.view.nodes)
        effects = await self._parts.executions.effects(execution.owner, execution.thread_id)
        return made_plan(start, (execution.last_run_id, version), nodes, effects)

    async def _latest(self, execution: Execution) -> tuple[int, Blueprint]:
        workflow = await self._parts.workflows.get(execution.owner, execution.workflow_id)
        version = await self._parts.versions.of(workflow, workflow.draft_version)
        return version.version, version.blueprint

    async def _matching(self, failed: _Failed, plan_id: str) -> RetryPlan:
        for start, which in _ALL:
            try:
                plan = await self._plan(failed, start, which)
            except RetryRefused:
                continue
            if plan.plan_id == plan_id:
                return plan
        raise RetryRefused("plan_changed")

    async def _started_anew(
        self, user: UserContext, failed: _Failed, plan: RetryPlan
    ) -> StartedWorkflow:
        execution, given = failed.execution, failed.given or {}
        moment = given.get("scheduled_for")
        start = WorkflowStart(
            execution.workflow_id,
            execution.cause,
            data=given.get("trigger_data") or {},
            node_id=execution.trigger,
            version=plan.version,
            scheduled_for=datetime.fromisoformat(moment) if moment else None,
            depth=given.get("depth") or 0,
            started_by=user.user_id,
            retry_of=execution.run_id,
            trial=trial_in(given),
        )
        return await self._starter.start(execution.owner, start)

    async def _gone_on(
        self, user: UserContext, failed: _Failed, plan: RetryPlan
    ) -> StartedWorkflow:
        execution, owner = failed.execution, failed.execution.owner
        keys = [effect.effect_key for effect in plan.repeats]
        if keys:
            await self._parts.executions.send_again(owner, execution.thread_id, keys)
        configurable = pinned(execution.workflow_id, plan.version)
        if timeout_s := failed.blueprint.settings.run_timeout:
            configurable["run_timeout_s"] = timeout_s
        request = RunRequest(
            assistant_id=WORKFLOW_GRAPH,
            thread_id=execution.thread_id,
            metadata={
                "workflow_id": str(execution.workflow_id),
                "workflow_version": plan.version,
                "cause": execution.cause,
                "trigger": execution.trigger,
                "started_by": user.user_id,
            },
            config={"configurable": configurable},
            durability=failed.blueprint.settings.durability,
            multitask_strategy="reject",
        )
        try:
            run = await self._manager.start(owner, request)
        except Conflict as error:
            # Busy: somebody was faster.
            raise RetryRefused("already_retried") from error
        await self._parts.executions.tell(owner, execution.workflow_id)
        return StartedWorkflow(run.run_id, run.thread_id, plan.version)
