"""Assistants and other workflows as steps, on the real engine with the playbook model."""

from typing import Any
from uuid import UUID, uuid4

from domain.blueprints.blueprint import Blueprint
from domain.grammar import thread_violations
from domain.identity import LOCAL_USER
from domain.runs import Run
from domain.workflows.starts import pinned
from storage.assistants import AssistantContent
from tests.graphs.workflow.world import World, action, blueprint, node
from tests.server.engine import RunningEngine
from tests.server.test_workflow_runs import kept, started, workflows
from tests.server.workflows.test_pauses import in_a_row, steps, waiting_world
from tests.server.workflows.waiting_world import NO, YES

_QUESTION = "What did I spend by model?"


def agent(node_id: str, assistant: Any, asked: Any = _QUESTION, **params: Any) -> dict[str, Any]:
    return node(node_id, "agent", assistant=str(assistant), input=asked, **params)


async def activated(engine: RunningEngine, world: World, found: Blueprint) -> UUID:
    """A workflow whose version is live: it has an assistant of its own."""
    workflow_id = kept(world, found)
    await activate(engine, workflow_id)
    return workflow_id


async def activate(engine: RunningEngine, workflow_id: UUID) -> None:
    content = AssistantContent(
        graph_id="workflow",
        name="Inside",
        config={"configurable": pinned(workflow_id, 1)},
        context={},
        metadata={},
    )
    await engine.assistants.create(LOCAL_USER, workflow_id, content)


async def log_of(engine: RunningEngine, run: Run, status: str = "success") -> list[dict[str, Any]]:
    events = await engine.until_end(run)
    assert events[-1]["status"] == status, events
    assert not thread_violations(await engine.log(run.thread_id))
    return events


async def test_an_assistant_answers_as_an_agent_inside(database_url: str) -> None:
    world = World()
    found = in_a_row(agent("ask", "data"), action("after", value="{{ask.text}}"))
    async with workflows(database_url, world) as (engine, _):
        events = await log_of(engine, await started(engine, kept(world, found)))
    (begun,) = [each for each in events if each["type"] == "agent_started" and "node_id" in each]
    assert (begun["path"], begun["node_id"], begun["item"]) == (["workflow", "ask"], "ask", "ask")
    assert begun["input"] == _QUESTION
    (over,) = [each for each in events if each["type"] == "agent_completed" and "item" in each]
    assert over["status"] == "ok"
    # Its calls are its own, and no steps of the workflow.
    calls = [each for each in events if each["type"] == "tool_executing"]
    assert {each["tool"] for each in calls if each["path"] == begun["path"]} >= {"query_usage"}
    assert steps([each for each in events if "node_id" in each]).keys() == {"after"}
    ((_, text),) = world.service.calls
    assert text == over["result"]["text"]
    assert "$8.20" in text


async def test_agents_of_an_agent_are_inside_it_in_each_item(database_url: str) -> None:
    world = World()
    found = blueprint(
        [node("rows", "loop", items=[1, 2]), agent("ask", "supervisor")],
        [("begin", "rows"), ("rows", "ask", "each")],
    )
    async with workflows(database_url, world) as (engine, _):
        events = await log_of(engine, await started(engine, kept(world, found)))
    begun = [each for each in events if each["type"] == "agent_started"]
    items = {each["item"] for each in begun if "item" in each}
    assert items == {"rows[0]/ask", "rows[1]/ask"}
    assert sum(each["path"][-1].startswith("data") for each in begun) == 2


async def test_an_answer_without_the_data_asked_for_fails_the_step(database_url: str) -> None:
    world = World()
    schema = {"type": "object", "properties": {"total": {"type": "number"}}}
    found = in_a_row(agent("ask", "data", output_schema=schema))
    async with workflows(database_url, world) as (engine, _):
        events = await log_of(engine, await started(engine, kept(world, found)), "error")
    assert "does not fit its output_schema: there is no JSON object" in str(events)


async def test_a_workflow_is_a_step_of_another(database_url: str) -> None:
    world = World()
    # The same ids as outside: their effects are others all the same.
    inner = in_a_row(action("send", value="inner {{trigger_data.n}}"))
    async with workflows(database_url, world) as (engine, _):
        inner_id = await activated(engine, world, inner)
        sub = agent("sub", inner_id, {"n": "{{trigger_data.n}}"})
        outer = in_a_row(
            action("send", value="outer"), sub, action("after", value="{{sub.data.send.value}}")
        )
        run = await started(engine, kept(world, outer), {"n": 5})
        events = await log_of(engine, run)
    assert [value for _, value in world.service.calls] == ["outer", "inner 5", "inner 5"]
    assert len({key for key, _ in world.service.calls}) == 3
    assert steps(events).keys() == {"send", "sub/send", "after"}
    inside = [each for each in events if each.get("item") == "sub/send"]
    assert {tuple(each["path"]) for each in inside} == {("workflow", "sub")}


async def test_a_workflow_inside_waits_for_people(database_url: str) -> None:
    world = World()
    inner = blueprint(
        [node("gate", "approval", title="May it?", approvers=["owner"]), action("send")],
        [("begin", "gate"), ("gate", "send", "approved")],
    )
    async with waiting_world(database_url, world) as waiting:
        inner_id = await activated(waiting.engine, world, inner)
        outer = in_a_row(action("before"), agent("sub", inner_id), action("after"))
        run = await started(waiting.engine, kept(world, outer))
        events = await waiting.engine.until_end(run)
        (asked,) = [each["value"] for each in events if each["type"] == "interrupt"]
        assert asked["item"] == "sub/gate"
        await waiting.waiting.vote(LOCAL_USER, await waiting.asked(run), YES)
        thread = await waiting.rested(run)
        assert thread.status == "idle", thread
        assert not thread_violations(await waiting.engine.log(run.thread_id))
    assert len(world.service.calls) == 3


async def test_a_circle_of_workflows_is_refused(database_url: str) -> None:
    world = World()
    async with workflows(database_url, world) as (engine, _):
        own_id = uuid4()
        other_id = await activated(engine, world, in_a_row(agent("back", own_id)))
        world.versions.kept[own_id, 1] = in_a_row(agent("sub", other_id))
        await activate(engine, own_id)
        events = await log_of(engine, await started(engine, own_id), "error")
    assert "of which it is a part itself" in str(events)


async def test_an_assistant_that_there_is_not_fails_the_step(database_url: str) -> None:
    world = World()
    handling = {"on_failure": "fallback", "fallback_action": "instead"}
    ask = node("ask", "agent", handling, assistant="nobody", input="Hello")
    found = blueprint([ask, action("instead", value="{{error.message}}")], [("begin", "ask")])
    async with workflows(database_url, world) as (engine, _):
        events = await log_of(engine, await started(engine, kept(world, found)))
    assert "There is no assistant nobody" in steps(events)["instead"]["value"]


async def test_workflows_in_a_loop_in_a_loop_wait_for_people_one_by_one(database_url: str) -> None:
    world = World()
    inner = blueprint(
        [
            node("gate", "approval", title="{{trigger_data.n}}?", approvers=["owner"]),
            action("send", value="{{trigger_data.n}}"),
        ],
        [("begin", "gate"), ("gate", "send", "approved")],
    )
    async with waiting_world(database_url, world) as waiting:
        inner_id = await activated(waiting.engine, world, inner)
        outer = blueprint(
            [
                node("groups", "loop", items=[[1, 2], [3]]),
                action("before", value="{{item}}"),
                node("rows", "loop", items="{{item}}"),
                agent("sub", inner_id, {"n": "{{item}}"}),
            ],
            [
                ("begin", "groups"),
                ("groups", "before", "each"),
                ("before", "rows"),
                ("rows", "sub", "each"),
            ],
        )
        run = await started(waiting.engine, kept(world, outer))
        events = await waiting.engine.until_end(run)
        asked = [each["value"] for each in events if each["type"] == "interrupt"]
        ids = {each["title"]: each["approval_id"] for each in asked}
        assert {each["item"] for each in asked} == {
            "groups[0]/rows[0]/sub/gate",
            "groups[0]/rows[1]/sub/gate",
            "groups[1]/rows[0]/sub/gate",
        }
        for title, ballot in (("3?", YES), ("1?", NO), ("2?", YES)):
            await waiting.waiting.vote(LOCAL_USER, ids[title], ballot)
            thread = await waiting.rested(run)
        assert thread.status == "idle", thread
        assert not thread_violations(await waiting.engine.log(run.thread_id))
        groups = thread.values["outputs"]["groups"]
    decided = [
        [row["data"]["sub"]["data"]["gate"]["decision"] for row in group["data"]["rows"]]
        for group in groups
    ]
    assert decided == [["rejected", "approved"], ["approved"]]
    # What came before in each item, and what was approved: nothing twice.
    done = sorted(str(value) for _, value in world.service.calls)
    assert done == ["2", "3", "[1, 2]", "[3]"]
