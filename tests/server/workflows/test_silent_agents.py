"""Assistants as steps of which nothing is heard: given up, and tried again as any step is."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph

from domain.workflows.caps import WorkflowCaps
from tests.graphs.sample_graphs import Graph, Talk
from tests.graphs.workflow.world import World, action, blueprint, node
from tests.server.test_workflow_runs import kept, started
from tests.server.workflows.test_pauses import ended, waiting_world
from tests.server.workflows.test_put_off import LATER, asked_in, go_on

IDLE_S = 1.0


@dataclass
class Assistant:
    """Says nothing so many times, then answers after some thoughts."""

    silent: int
    asked: int = 0
    never: asyncio.Event = field(default_factory=asyncio.Event)

    def graph(self) -> Graph:
        async def answer(state: Talk) -> dict[str, Any]:
            self.asked += 1
            if self.asked <= self.silent:
                await self.never.wait()
            # All together this takes longer than it may be silent.
            for number in range(4):
                get_stream_writer()({"thought": f"Hm. {number}"})
                await asyncio.sleep(IDLE_S / 3)
            return {"messages": [AIMessage("Here I am.")]}

        builder = StateGraph(Talk)
        builder.add_node("answer", answer)
        builder.add_edge(START, "answer")
        return builder.compile(name="slow")


def world_of() -> World:
    return World(caps=WorkflowCaps(idle_s=IDLE_S))


def asking(handling: Any = None) -> Any:
    return blueprint(
        [
            node("ask", "agent", handling, assistant="slow", input="Hello?"),
            action("after", value="{{ask.text ?? null}}"),
            action("instead", value="{{error.message}}"),
        ],
        [("begin", "ask"), ("ask", "after")],
    )


@pytest.mark.parametrize("silent", [0, 1])
async def test_what_is_heard_counts_and_silence_is_tried_again(
    database_url: str, silent: int
) -> None:
    world, assistant = world_of(), Assistant(silent)
    agents = {"slow": assistant.graph()}
    async with waiting_world(database_url, world, agents=agents) as waiting:
        handling = {"retry_count": 1, "on_failure": "fallback", "fallback_action": "instead"}
        run = await started(waiting.engine, kept(world, asking(handling)))
        assert (await waiting.engine.until_end(run))[-1]["status"] == "success"
        await ended(waiting, run)
    assert assistant.asked == silent + 1
    assert [value for _, value in world.service.calls] == ["Here I am."]


async def test_an_assistant_that_stays_silent_fails_its_step(database_url: str) -> None:
    world, assistant = world_of(), Assistant(silent=1)
    agents = {"slow": assistant.graph()}
    async with waiting_world(database_url, world, agents=agents) as waiting:
        handling = {"on_failure": "fallback", "fallback_action": "instead"}
        run = await started(waiting.engine, kept(world, asking(handling)))
        assert (await waiting.engine.until_end(run))[-1]["status"] == "success"
        await ended(waiting, run)
    ((_, why),) = world.service.calls
    assert why.startswith("Nothing was heard of the step ask for 1 seconds")
    assert "GOLDENPATH_WORKFLOW_IDLE_S" in why


async def test_an_assistant_that_was_silent_is_asked_again_later(database_url: str) -> None:
    world, assistant = world_of(), Assistant(silent=1)
    agents = {"slow": assistant.graph()}
    async with waiting_world(database_url, world, agents=agents) as waiting:
        handling = {**LATER, "on_failure": "fallback", "fallback_action": "instead"}
        run = await started(waiting.engine, kept(world, asking(handling)))
        (asked,) = asked_in(await waiting.engine.until_end(run))
        assert (asked["kind"], asked["item"], asked["attempt"]) == ("retry", "ask", 1)
        assert asked["error"].startswith("Nothing was heard of the step ask")
        await go_on(waiting)
        await ended(waiting, run)
    assert assistant.asked == 2
    assert [value for _, value in world.service.calls] == ["Here I am."]
