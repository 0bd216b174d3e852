"""The nodes of a loop: its dispatcher, and what does one item."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from domain.workflows.caps import WAVE
from graphs.factories import Graph
from graphs.workflow.ways import Ways
from nodes.workflow.failures import failure
from nodes.workflow.loops import (
    DEFAULT_CONCURRENCY,
    forgotten,
    items_of,
    result_key,
    results_of,
    wave,
)
from nodes.workflow.state import WorkflowState
from nodes.workflow.step import At, Done, Step
from nodes.workflow.telling import item_path
from tools.context import AgentContext, context_of


def body_of(loop: str) -> str:
    """The node that does one item; no node's id has two underscores."""
    return f"{loop}__body"


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of a scope, with its compiled body."""

    step: Step
    body: Graph
    ways: Ways

    @property
    def name(self) -> str:
        """Its node's id."""
        return self.step.node.id

    async def dispatch(
        self, state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> Command[Any]:
        """Resolve the items once, send out the next wave, and go on when all are done."""
        loops = state.get("loops", {})
        if self.name not in loops:
            if self.ways.is_dead(self.name, state.get("alive", {})):
                return Command(goto=self.ways.after_skip(self.name))
            items: list[Any] = []

            async def resolved(at: At) -> Done:
                items.extend(items_of(at))
                at.telling.begin({"items": len(items)})
                return Done({"items": len(items)})

            step = replace(self.step, work=resolved)
            _, update = await step.run(state, config, runtime)
            update |= {"outputs": {}, "loops": {self.name: items, f"{self.name}:next": 0}}
            loops = {**loops, **update["loops"]}
            state = {**state, "loops": loops}
        else:
            update = {}
        items = loops[self.name]
        start = loops.get(f"{self.name}:next", 0)
        if start >= len(items):
            results = results_of(state, self.name)
            cleared = {**forgotten(state, self.name), f"{self.name}:next": None}
            update |= {"outputs": {self.name: results}, "loops": cleared}
            return Command(update=update, goto=self.ways.after(self.name, "done"))
        path = item_path(state, self.name)
        sent = [Send(body_of(self.name), arg) for arg in wave(state, self.name, path, start)]
        known = update.get("loops", {})
        update["loops"] = {**known, f"{self.name}:next": start + WAVE}
        return Command(update=update, goto=sent)

    async def do_item(
        self, state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> dict[str, Any]:
        """Do one item; how many at once, the loop says."""
        count = self.step.node.data.params.get("concurrency", DEFAULT_CONCURRENCY)
        places = context_of(runtime).places((self.name, _outer(state.get("path", ""))), count)
        before = (state.get("executions", 0), state.get("result_bytes", 0))
        known = set(state.get("outputs", {}))
        spent: Mapping[str, Any] = {}
        try:
            async with places:
                ended = await self.body.ainvoke(state, config)
        except GraphBubbleUp:
            raise
        except Exception as error:  # Whatever a step of the body raises is this item's failure.
            if self.step.node.data.error_handling.on_failure == "stop":
                raise
            result = {"status": "error", "error": failure(self.step.node, error)}
        else:
            data = {name: it for name, it in ended["outputs"].items() if name not in known}
            result = {"status": "ok", "data": data}
            spent = {
                "executions": ended["executions"] - before[0],
                "result_bytes": ended["result_bytes"] - before[1],
            }
        return {"loops": {result_key(self.name, state.get("index", 0)): result}, **spent}


def _outer(path: str) -> str:
    return path.rpartition("[")[0]
