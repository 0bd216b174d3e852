"""Workflows on the real engine: pinned versions, the ledger in Postgres, answers and states."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from langchain_core.runnables import RunnableConfig

from domain.blueprints.blueprint import Blueprint
from domain.errors import NotFound
from domain.grammar import thread_violations
from domain.identity import LOCAL_USER, UserContext
from domain.runs import Run
from domain.workflows.outside import WorkflowPorts
from domain.workflows.starts import pinned
from graphs.data.graph import graph as data
from graphs.factories import GraphFactory, GraphUse
from graphs.supervisor.graph import graph as supervisor
from graphs.workflow.graph import WorkflowGraphs
from server.assistants import default_assistants
from server.thread_states import Moment, ThreadStates
from server.workflows.assistants import CatalogueAssistants
from storage.assistants import AssistantRepository
from storage.database import Database
from storage.effects import EffectRepository
from storage.waiting import WaitingRepository
from tests.graphs.sample_graphs import Graph
from tests.graphs.workflow.world import NoStarter, World, action, blueprint, node
from tests.server.engine import RunningEngine, entries, running_engine
from tests.standins.ports import MemoryPorts, example_facts
from tests.storage.owner import as_owner
from tools.context import Ports, default_ports

#: Those that steps may ask.
AGENTS: Mapping[str, Graph | GraphFactory] = {"data": data, "supervisor": supervisor}


@asynccontextmanager
async def workflows(
    url: str, world: World, *, waits: bool = True, agents: Mapping[str, Graph] = {}
) -> AsyncIterator[tuple[RunningEngine, GraphFactory]]:
    """An engine that runs the world's workflows, with effects noted in Postgres."""
    async with Database(url) as database:
        memory = MemoryPorts()
        memory.usage.facts_by_tenant[LOCAL_USER.tenant_id] = example_facts()
        plain = memory.ports()
        effects = EffectRepository(database)
        source = GraphFactory("workflow", WorkflowGraphs(world.service.integrations()).graph)
        graphs = {"workflow": source, **AGENTS, **agents}
        served = entries(graphs)
        assistants = AssistantRepository(database, default_assistants(served))
        reached = WorkflowPorts(
            versions=world.versions,
            effects=effects,
            files=world.files,
            starter=NoStarter(),
            notifier=world.notices,
            caps=world.caps,
            waiting=WaitingRepository(database, with_mail=False) if waits else None,
            assistants=CatalogueAssistants(served, assistants),
        )
        ports = Ports(plain.usage, plain.samples, plain.reports, plain.models, workflows=reached)
        default_ports.install(ports)
        try:
            async with running_engine(url, graphs, ports=ports) as engine:
                yield engine, source
        finally:
            default_ports.remove(ports)


def kept(world: World, found: Blueprint) -> UUID:
    workflow_id = uuid4()
    world.versions.kept[workflow_id, 1] = found
    return workflow_id


async def started(engine: RunningEngine, workflow_id: UUID, data: Any = None) -> Run:
    pin = pinned(workflow_id, 1)
    return await engine.start(
        "workflow",
        input={"trigger": None, "trigger_data": data or {}},
        config={"configurable": pin},
        metadata=pin,
    )


def long_way(count: int) -> Blueprint:
    """More steps in a row than the engine's own limit allows other graphs."""
    names = [f"s{place}" for place in range(count)]
    return blueprint(
        [action(name) for name in names], list(zip(["begin", *names], names, strict=False))
    )


async def test_a_run_does_its_pinned_version_and_notes_its_effects(database_url: str) -> None:
    world = World()
    async with workflows(database_url, world) as (engine, _):
        run = await started(engine, kept(world, long_way(60)))
        events = await engine.until_end(run)
        assert events[-1]["status"] == "success"
        assert not thread_violations(await engine.log(run.thread_id))
        steps = [event for event in events if event["type"] == "tool_completed"]
        assert [step["node_id"] for step in steps] == [f"s{place}" for place in range(60)]
        assert {step["tool"] for step in steps} == {"probe.keyed"}
        async with as_owner(engine.database) as connection:
            rows = await (await connection.execute("SELECT * FROM effects")).fetchall()
    assert {row["status"] for row in rows} == {"done"}
    assert {row["root_run_id"] for row in rows} == {run.run_id}
    assert {row["effect_key"] for row in rows} == {key for key, _ in world.service.calls}


async def test_a_question_in_a_loop_is_answered_and_the_state_is_read(database_url: str) -> None:
    world = World()
    handling = {"retry_count": 1}
    found = blueprint(
        [
            node("rows", "loop", items="{{trigger_data.rows}}"),
            action("send", "unsafe", handling, failures="{{item}}", unknown=True),
        ],
        [("begin", "rows"), ("rows", "send", "each")],
    )
    async with workflows(database_url, world) as (engine, source):
        run = await started(engine, kept(world, found), {"rows": [0, 1, 0]})
        events = await engine.until_end(run)
        (asked,) = [event for event in events if event["type"] == "interrupt"]
        assert asked["value"]["item"] == "rows[1]/send"
        answer = {asked["id"]: {"answer": "happened"}}
        resumed = await engine.manager.resume(LOCAL_USER, run.run_id, answer)
        after = await engine.until_end(resumed, events[-1]["seq"])
        assert after[-1]["status"] == "success", after
        assert not thread_violations(await engine.log(run.thread_id))
        states = ThreadStates(engine.database, entries({"workflow": source}))
        state = await states.get(LOCAL_USER, run.thread_id, Moment())
    assert state
    assert [row["status"] for row in state.values["outputs"]["rows"]] == ["ok"] * 3
    assert state.values["run"]["id"] == str(run.run_id)
    # Three items, and none of them twice.
    assert len(world.service.calls) == len({key for key, _ in world.service.calls}) == 3


async def test_a_run_without_a_version_says_so(database_url: str) -> None:
    world = World()
    async with workflows(database_url, world) as (engine, _):
        unpinned = await engine.start("workflow", input={})
        events = await engine.until_end(unpinned)
        assert "which version of which workflow" in events[-3]["message"]
        gone = await started(engine, uuid4())
        events = await engine.until_end(gone)
        assert events[-1]["status"] == "error"
        assert "There is no workflow" in events[-3]["message"]


async def test_a_compiled_version_is_kept(database_url: str) -> None:
    world = World()
    workflow_id = kept(world, long_way(1))
    async with workflows(database_url, world) as (_, source):
        config: RunnableConfig = {"configurable": pinned(workflow_id, 1)}
        use = GraphUse("threads.create_run", LOCAL_USER, config)
        async with source.made(use) as first, source.made(use) as second:
            assert first is second
        stranger = replace(use, user=UserContext(user_id="other", tenant_id="elsewhere"))
        with pytest.raises(NotFound):
            async with source.made(stranger):
                pass
