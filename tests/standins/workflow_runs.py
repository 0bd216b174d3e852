"""Runs of blueprints in memory, step by step, as the executions of the API show them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from domain.blueprints.expressions import compile_condition
from domain.blueprints.templates import resolve
from domain.workflows.trials import Trial, branch_of


@dataclass(slots=True)
class MemoryRun:
    """One execution."""

    workflow_id: str
    version: int
    blueprint: dict[str, Any]
    given: dict[str, Any]
    run_id: str = field(default_factory=lambda: str(uuid4()))
    thread_id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "running"
    error: str | None = None
    nodes: list[dict[str, Any]] = field(default_factory=list)
    trial: Trial | None = None
    answers: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None

    def shape(self) -> dict[str, Any]:
        """As the API shows it."""
        took = (self.ended - self.began).total_seconds() if self.ended else None
        return {
            "run_id": self.run_id,
            "last_run_id": self.run_id,
            "thread_id": self.thread_id,
            "workflow_id": self.workflow_id,
            "version": self.version,
            "status": self.status,
            "error": self.error,
            "created_at": self.began.isoformat(),
            "started_at": self.began.isoformat(),
            "duration_s": took,
            "cause": "test" if self.trial else "manual",
            "trigger": None,
            "trial": {"until": self.trial.until, "pinned": list(self.trial.pinned)}
            if self.trial
            else None,
            "trigger_data": self.given,
            "failure": {"code": "ProviderRefused", "message": self.error} if self.error else None,
            "nodes": self.nodes,
        }


@dataclass(slots=True)
class Runner:
    """Does the steps of a run; tests hold nodes up and make them fail."""

    told: Callable[[], Awaitable[None]]
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

    async def cancel(self, run: MemoryRun) -> None:
        """End a run where it is."""
        run.status, run.ended = "cancelled", datetime.now(UTC)
        for node in run.nodes:
            if node["status"] in ("running", "waiting"):
                node |= {"status": "cancelled", "asks": None}
        await self.told()

    async def run(self, run: MemoryRun) -> None:
        """Walk from the trigger to the end."""
        state: dict[str, Any] = {"trigger_data": run.given}
        triggers = [node for node in run.blueprint["nodes"] if node["type"] == "trigger"]
        waiting = self._next(run, triggers[0]["id"], None)
        while waiting and run.status == "running":
            node = waiting.pop(0)
            branch = await self._step(run, node, state)
            if run.status == "running":
                waiting += self._next(run, node["id"], branch)
        run.status = "success" if run.status == "running" else run.status
        run.ended = run.ended or datetime.now(UTC)
        await self.told()

    def _next(self, run: MemoryRun, node_id: str, branch: str | None) -> list[dict[str, Any]]:
        nodes = {node["id"]: node for node in run.blueprint["nodes"]}
        return [
            nodes[edge["target"]]
            for edge in run.blueprint["edges"]
            if edge["source"] == node_id and edge.get("branch") == branch
        ]

    async def _step(
        self, run: MemoryRun, node: dict[str, Any], state: dict[str, Any]
    ) -> str | None:
        params = dict(node["data"].get("params", {}))
        pinned = run.trial.pinned if run.trial else {}
        if node["id"] in pinned:
            params = {}
        elif node["type"] != "condition":
            params = resolve(node["id"], params, state)
        shown = _begun(node, params)
        run.nodes.append(shown)
        await self.told()
        if node["id"] in self.held:
            await self.held[node["id"]].wait()
        if node["id"] in self.failing and node["id"] not in pinned:
            shown |= {"status": "error", "error": self.failing[node["id"]]}
            tried = {"status": "error", "error": self.failing[node["id"]], "started_at": None}
            shown["attempts"] = [tried, tried, tried]
            run.status, run.error = "error", self.failing[node["id"]]
            return None
        if node["id"] in pinned:
            output = pinned[node["id"]]
        else:
            output = await self._output(run, node, params, (shown, state))
        if run.status == "cancelled":
            return None
        state[node["id"]] = output
        ended = datetime.now(UTC)
        shown |= {"status": "success", "output": output, "asks": None}
        shown["duration_s"] = (ended - datetime.fromisoformat(shown["started_at"])).total_seconds()
        await self.told()
        return branch_of(output)

    async def _output(
        self,
        run: MemoryRun,
        node: dict[str, Any],
        params: dict[str, Any],
        place: tuple[dict[str, Any], dict[str, Any]],
    ) -> dict[str, Any]:
        shown, state = place
        if node["type"] == "condition":
            roots: dict[str, Any] = dict.fromkeys(state, "any")
            plain = [{"name": "true", "condition": params.get("condition")}]
            cases = params.get("cases", plain)
            otherwise = "default" if "cases" in params else "false"
            holds = (
                each["name"]
                for each in cases
                if compile_condition(each["condition"], roots).holds(state)
            )
            return {"branch": next(holds, otherwise)}
        if node["type"] == "approval":
            answer = asyncio.get_running_loop().create_future()
            run.answers[node["id"]] = answer
            shown |= {"status": "waiting", "asks": _asked(node, params)}
            run.status = "interrupted"
            await self.told()
            said = await answer
            run.status = "running"
            return {"decision": said["decision"], "comment": said.get("comment")}
        return {"sid": "SM1", "status": "queued"}


def _begun(node: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    return {
        "node_id": node["id"],
        "item": node["id"],
        "does": node["type"],
        "status": "running",
        "started_at": datetime.now(UTC).isoformat(),
        "duration_s": None,
        "input": params,
        "output": None,
        "error": None,
        "asks": None,
        "attempts": [{}],
    }


def _asked(node: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    words = {name: params.get(name) for name in ("title", "message")}
    asked = {"kind": "approval", "approval_id": node["id"], "quorum": params.get("quorum", 1)}
    return {**asked, "node_id": node["id"], "item": node["id"], "editable": {}, **words}
