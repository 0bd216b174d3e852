"""Runs of blueprints in memory, step by step, as the executions of the API show them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from domain.blueprints.expressions import compile_condition
from domain.blueprints.templates import resolve


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
            "trigger_data": self.given,
            "failure": {"code": "ProviderRefused", "message": self.error} if self.error else None,
            "nodes": self.nodes,
        }

    def interrupts(self) -> dict[str, Any]:
        """What it waits for."""
        waiting = [node for node in self.nodes if node["status"] == "waiting"]
        return {node["item"]: [{"id": node["item"], "value": node["asks"]}] for node in waiting}


@dataclass(slots=True)
class Runner:
    """Does the steps of a run; tests hold nodes up and make them fail."""

    told: Callable[[], Awaitable[None]]
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

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
        run.ended = datetime.now(UTC)
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
        if node["type"] != "condition":
            params = resolve(node["id"], params, state)
        shown = _begun(node, params)
        run.nodes.append(shown)
        await self.told()
        if node["id"] in self.held:
            await self.held[node["id"]].wait()
        if node["id"] in self.failing:
            shown |= {"status": "error", "error": self.failing[node["id"]]}
            shown["attempts"] = [{}, {}, {}]
            run.status, run.error = "error", self.failing[node["id"]]
            return None
        output = await self._output(run, node, params, (shown, state))
        state[node["id"]] = output
        ended = datetime.now(UTC)
        shown |= {"status": "success", "output": output, "asks": None}
        shown["duration_s"] = (ended - datetime.fromisoformat(shown["started_at"])).total_seconds()
        await self.told()
        return output.get("branch")

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
            holds = compile_condition(params["condition"], roots).holds(state)
            return {"branch": "true" if holds else "false"}
        if node["type"] == "approval":
            answer = asyncio.get_running_loop().create_future()
            run.answers[node["id"]] = answer
            shown |= {"status": "waiting", "asks": _asked(node, params)}
            run.status = "interrupted"
            await self.told()
            said = await answer
            run.status = "running"
            return {"branch": said["decision"], "comment": said.get("comment")}
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
    return {"kind": "approval", "node_id": node["id"], "item": node["id"], **words}
