"""Runs of blueprints on the engine's own path, with a saver in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.runtime import RunControl
from langgraph.types import Command

from domain.blueprints.blueprint import Blueprint
from domain.errors import NotFound
from domain.grammar import violations
from domain.identity import UserContext
from domain.run_log import RunLog
from graphs.factories import Graph
from graphs.lifecycle import GraphCall, GraphRun, Outcome
from graphs.open_work import RunIdentity
from graphs.translator import Translator
from graphs.workflow.compiler import Parts, compile_workflow
from tests.graphs.memory_sink import MemorySink
from tests.graphs.workflow.world import World, no_price


async def _no_workflows(user: UserContext, workflow_id: UUID, version: int) -> Graph:
    raise NotFound("workflow", str(workflow_id))


@dataclass
class Execution:
    """One thread of a blueprint."""

    world: World
    blueprint: Blueprint
    thread_id: UUID = field(default_factory=uuid4)
    workflow_id: UUID = field(default_factory=uuid4)
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        compiled = compile_workflow(
            self.blueprint,
            Parts(self.world.service.integrations(), _no_workflows, idle_s=self.world.caps.idle_s),
        )
        self.graph = compiled.copy({"checkpointer": InMemorySaver()})

    async def start(self, data: Any = None, trigger: str | None = None) -> Outcome:
        """The first run."""
        return await self._run({"trigger": trigger, "trigger_data": data or {}})

    async def answer(self, outcome: Outcome, value: Any) -> Outcome:
        """Answer the only question of a paused run."""
        asked = [one for group in outcome.interrupts.values() for one in group]
        assert len(asked) == 1
        return await self._run(Command(resume={asked[0]["id"]: value}))

    async def go_on(self) -> Outcome:
        """A run from the last checkpoint, as after a crash or a failure."""
        return await self._run(None)

    async def _run(self, given: Any) -> Outcome:
        run_id = uuid4()
        identity = RunIdentity(str(run_id), str(self.thread_id), 1, "workflow", "Workflow")
        sink = MemorySink()
        call = GraphCall(
            graph=self.graph,
            input=given,
            config={
                "run_id": run_id,
                "recursion_limit": 25,
                "configurable": {
                    "thread_id": str(self.thread_id),
                    "workflow_id": str(self.workflow_id),
                },
            },
            context=None,
            own_context=self.world.context(),
            control=RunControl(),
        )
        translator = Translator(identity, RunLog(), no_price)
        outcome = await GraphRun(call, translator, sink, lambda: datetime.now(UTC)).stream()
        sink.append(outcome.events)
        self.events = sink.events
        assert not violations(self.events)
        return outcome

    def steps(self) -> dict[str, str]:
        """How each item path ended last, of the last run."""
        return {
            event["item"]: event["status"]
            for event in self.events
            if event["type"] == "tool_completed"
        }
