"""The chat drafts workflows, changes, saves them, and lets nothing go live unasked."""

from typing import Any

import pytest
from langgraph.types import Command
from syrupy.assertion import SnapshotAssertion

from graphs.supervisor.graph import graph as supervisor
from graphs.workflow_builder.graph import graph
from tests.graphs.agent_runs import AgentThread
from tests.graphs.test_event_sequences import Conversation, shown
from tests.standins.model_answers import Answer, ToolUse
from tests.standins.model_server import ModelServer
from tests.standins.ports import MemoryPorts
from tests.standins.workflow_desk import MemoryDesk

WISH = "When a payment is received, post to #sales on Slack."


@pytest.fixture
def desk(memory: MemoryPorts) -> MemoryDesk:
    desk = MemoryDesk()
    memory.desk = desk
    return desk


async def test_a_wish_becomes_a_draft_that_is_shown(memory: MemoryPorts, desk: MemoryDesk):
    thread = AgentThread(supervisor, memory)
    await thread.ask(f"Build me a workflow: {WISH}")
    last = await thread.last()
    assert last.name == "workflow_builder"
    assert "- starts with: Payment received" in last.text
    assert "- Post a message (#sales)" in last.text
    assert thread.tools == ["draft_workflow"]
    assert desk.kept == {}


async def test_the_talk_goes_on_until_it_is_live(memory: MemoryPorts, desk: MemoryDesk):
    thread = AgentThread(supervisor, memory)
    await thread.ask(WISH)
    await thread.ask("Only if the amount is over 1000.")
    assert "checks `trigger_data.amount > 1000`" in (await thread.last()).text
    await thread.ask("Activate it")
    question = await thread.question()
    assert question is not None
    assert question.value["kind"] == "workflow_activation"
    assert "trigger_data.amount > 1000" in question.value["message"]
    assert desk.live == {}
    await thread.answer({"activate": True})
    assert (await thread.last()).text == "It is live as version 1."
    assert list(desk.live.values()) == [1]
    assert len(desk.kept) == 1


@pytest.mark.parametrize("answer", [{"activate": False}, "yes", {}, {"activate": "true"}])
async def test_without_a_clear_yes_nothing_goes_live(
    memory: MemoryPorts, desk: MemoryDesk, answer: Any
):
    thread = AgentThread(supervisor, memory)
    await thread.ask(WISH)
    await thread.ask("Activate it")
    await thread.answer(answer)
    assert (await thread.last()).text.startswith("It is not live")
    assert desk.live == {}


async def test_a_saved_workflow_gets_a_new_version(memory: MemoryPorts, desk: MemoryDesk):
    thread = AgentThread(supervisor, memory)
    await thread.ask(WISH)
    await thread.ask("Save it")
    await thread.ask("Change the channel to #all.")
    await thread.ask("Save it")
    [versions] = desk.kept.values()
    assert [one.nodes[1].data.params["channel"] for one in versions] == ["#sales", "#all"]


async def test_what_is_open_is_asked_and_keeps_it_from_going_live(
    memory: MemoryPorts, desk: MemoryDesk
):
    thread = AgentThread(supervisor, memory)
    await thread.ask("Every day at 9 post to Slack.")
    assert "Which Slack channel" in (await thread.last()).text
    await thread.ask("Activate it")
    assert "The step needs channel." in (await thread.last()).text
    assert await thread.question() is None
    await thread.ask("#ops")
    assert "(#ops)" in (await thread.last()).text


async def test_where_there_are_no_workflows_it_says_so(memory: MemoryPorts):
    thread = AgentThread(supervisor, memory)
    await thread.ask(WISH)
    assert "There are no workflows here." in (await thread.last()).text


async def test_a_model_drafts_and_its_blueprint_is_not_said_aloud(
    modelled: MemoryPorts, model_server: ModelServer
):
    modelled.desk = MemoryDesk()
    blueprint = {
        "name": "Paid",
        "nodes": [
            {"id": "paid", "type": "trigger", "service": "razorpay", "task": "payment_received"},
            {
                "id": "post",
                "type": "action",
                "service": "slack",
                "task": "post_message",
                "params": {"channel": "#sales", "text": "Paid"},
            },
        ],
        "edges": [{"source": "paid", "target": "post"}],
    }
    model_server.script(
        Answer(calls=[ToolUse(name="build_workflow", arguments={})]),
        Answer(calls=[ToolUse(name="draft_workflow", arguments={"prompt": WISH})]),
        Answer(calls=[ToolUse(name="draft_workflow", arguments={"blueprint": blueprint})]),
        Answer(text="Here is your workflow."),
    )
    thread = AgentThread(supervisor, modelled)
    await thread.ask(WISH)
    assert model_server.refused == []
    assert (await thread.last()).text == "Here is your workflow."
    told = model_server.requests[3]["messages"][-1]["content"]
    assert "Post" in told or "post (#sales)" in told


async def test_the_events_of_a_workflow_that_goes_live(
    memory: MemoryPorts, desk: MemoryDesk, snapshot: SnapshotAssertion
):
    conversation = Conversation(supervisor, memory)
    assert shown(await conversation.ask(WISH)) == snapshot(name="drafts")
    assert shown(await conversation.ask("Activate it")) == snapshot(name="asks")
    assert conversation.outcome is not None
    [[asked]] = conversation.outcome.interrupts.values()
    answered = await conversation.run(Command(resume={asked["id"]: {"activate": True}}))
    assert shown(answered) == snapshot(name="goes live")


async def test_the_agent_alone(memory: MemoryPorts, desk: MemoryDesk, snapshot: SnapshotAssertion):
    assert shown(await Conversation(graph, memory).ask(WISH)) == snapshot
