"""Whatever the endpoint does, the role gets its next message, and the user hears what happened."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.runtime import Runtime

from nodes.call_model import Role, call_model
from nodes.read_tool_results import latest_by_name
from tests.standins.model_answers import Answer, ToolUse
from tests.standins.model_server import ModelServer, running_model_server
from tests.standins.ports import MemoryPorts
from tools.chat_model import ChatModels
from tools.context import AgentContext
from tools.model_settings import ModelSettings
from tools.playbook_model import Move, ToolRequest

QUESTION = HumanMessage("Count the things.")
COUNTED = [
    AIMessage("", tool_calls=[{"name": "count", "args": {}, "id": "call_1"}]),
    ToolMessage('{"count": 42}', tool_call_id="call_1", name="count"),
]


@tool
def count(limit: int = 50) -> str:
    """Count the things."""
    return str(limit)


def _play(messages: Sequence[BaseMessage]) -> Move:
    counted = latest_by_name(messages).get("count")
    if counted is None:
        return Move(calls=(ToolRequest("count"),))
    return Move(answer=f"The playbook counted {counted.data['count']}.")


ROLE = Role(prompt="You count.", playbook=_play, tools=(count,), required_tools=("count",))


class Stage:
    """A node's surroundings: its models, and what it wrote to the custom stream."""

    def __init__(self, settings: ModelSettings) -> None:
        self.models = ChatModels(settings)
        self.written: list[dict[str, Any]] = []
        context = AgentContext(ports=MemoryPorts(models=self.models).ports())
        self.runtime = Runtime(context=context, stream_writer=self.written.append)

    async def ask(self, *messages: BaseMessage) -> AIMessage:
        return await call_model(ROLE, messages or (QUESTION, *COUNTED), self.runtime)

    @property
    def thoughts(self) -> list[str]:
        return [part["thought"] for part in self.written if "thought" in part]

    @property
    def has_retracted(self) -> bool:
        return {"retract": True} in self.written


@pytest.fixture
def settings(model_server: ModelServer) -> ModelSettings:
    return ModelSettings(model="stand-in", base_url=model_server.base_url, timeout_s=0.5)


@pytest.fixture
async def stage(settings: ModelSettings) -> AsyncIterator[Stage]:
    stage = Stage(settings)
    yield stage
    await stage.models.aclose()


def _speaker(message: AIMessage) -> str:
    return str(message.response_metadata["model_name"])


async def test_the_configured_model_answers_and_its_tokens_are_counted(
    stage: Stage, model_server: ModelServer
):
    model_server.script(Answer(text="I see 42 things."))
    message = await stage.ask()
    assert message.text == "I see 42 things."
    assert _speaker(message) == "stand-in"
    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] > 0
    assert stage.written == []
    assert model_server.refused == []


async def test_without_a_configured_model_the_playbook_answers_without_a_word_about_it():
    stage = Stage(ModelSettings())
    message = await stage.ask()
    assert message.text == "The playbook counted 42."
    assert _speaker(message) == "playbook"
    assert stage.written == []


HEARD = "I see 42 things, and I will tell you all about them."


@pytest.mark.parametrize(
    ("answer", "reason", "was_heard", "status"),
    [
        (Answer(status=401), "refused the API key (401): check the configured key", 0, "degraded"),
        (Answer(status=403), "refused access (403)", 0, "degraded"),
        (Answer(status=404), "does not exist at its endpoint (404)", 0, "degraded"),
        (
            Answer(status=429, headers={"retry-after": "7"}),
            "has no quota left for now (429); it asks to wait 7 s",
            0,
            "degraded",
        ),
        (Answer(status=400, message="Too many tokens."), "Too many tokens", 0, "ok"),
        (Answer(hangs=True), "did not answer in time", 0, "degraded"),
        (Answer(text=HEARD, cut_after=3), "broke off the connection", 1, "ok"),
        (Answer(text=HEARD, stop_after=3), "broke off in the middle of its answer", 1, "ok"),
        (Answer(garbage="data: {oops\n\n"), "is not valid JSON", 1, "ok"),
        (Answer(garbage='data: {"error": {"message": "overloaded"}}\n\n'), "overloaded", 1, "ok"),
        (Answer(garbage="<html>Please sign in</html>"), "broke off in the middle", 1, "ok"),
        (Answer(text=HEARD, finish_reason="length"), "before its answer was whole", 1, "ok"),
        (Answer(text=""), "gave an empty answer", 1, "ok"),
        (Answer(text="I see 4711 things."), "figures that no tool returned (4711)", 1, "ok"),
        (Answer(calls=[ToolUse(name="guess")]), "called a tool that does not exist", 1, "ok"),
        (
            Answer(calls=[ToolUse(name="count", arguments='{"limit": ')]),
            "called count with arguments that are not valid JSON",
            1,
            "ok",
        ),
        (
            Answer(calls=[ToolUse(name="count", arguments={"limit": "many"})]),
            "called count with unusable arguments",
            1,
            "ok",
        ),
    ],
)
async def test_every_failure_ends_in_the_playbooks_answer_and_a_reason(
    stage: Stage,
    model_server: ModelServer,
    answer: Answer,
    reason: str,
    was_heard: int,
    status: str,
):
    model_server.script(answer)
    message = await stage.ask()
    assert message.text == "The playbook counted 42."
    assert _speaker(message) == "playbook"
    assert len(stage.thoughts) == 1
    assert reason in stage.thoughts[0]
    assert stage.has_retracted == bool(was_heard)
    assert stage.models.status().status == status


async def test_an_address_where_nobody_listens_falls_back_too():
    with running_model_server() as server:
        gone = server.base_url
    stage = Stage(ModelSettings(model="stand-in", base_url=gone))
    assert _speaker(await stage.ask()) == "playbook"
    assert "cannot be reached" in stage.thoughts[0]
    await stage.models.aclose()


async def test_what_was_heard_is_retracted_before_the_reason_is_said(
    stage: Stage, model_server: ModelServer
):
    model_server.script(Answer(text=HEARD, cut_after=3))
    await stage.ask()
    assert stage.written[0] == {"retract": True}
    assert "thought" in stage.written[1]


async def test_a_failure_before_the_first_word_is_tried_again_once(
    stage: Stage, model_server: ModelServer
):
    model_server.script(Answer(status=500), Answer(text="I see 42 things."))
    assert _speaker(await stage.ask()) == "stand-in"
    assert stage.written == []


async def test_two_server_errors_in_a_row_fall_back(stage: Stage, model_server: ModelServer):
    model_server.script(Answer(status=500), Answer(status=503))
    assert _speaker(await stage.ask()) == "playbook"
    assert "failed on its side (503)" in stage.thoughts[0]
    assert stage.models.status().status == "degraded"


async def test_while_the_endpoint_is_down_nobody_waits_for_it(
    stage: Stage, model_server: ModelServer
):
    model_server.script(Answer(status=401))
    await stage.ask()
    await stage.ask()
    assert len(model_server.requests) == 1
    assert len(stage.thoughts) == 1


async def test_when_the_endpoint_is_back_it_answers_again(
    settings: ModelSettings, model_server: ModelServer
):
    stage = Stage(replace(settings, retry_after_s=0))
    model_server.script(Answer(status=429), Answer(text="I see 42 things."))
    assert _speaker(await stage.ask()) == "playbook"
    assert _speaker(await stage.ask()) == "stand-in"
    assert stage.models.status().status == "ok"
    await stage.models.aclose()


async def test_the_model_understands_calls_that_the_playbook_made(
    settings: ModelSettings, model_server: ModelServer
):
    stage = Stage(replace(settings, retry_after_s=0))
    model_server.script(Answer(status=429))
    called = await stage.ask(QUESTION)
    assert _speaker(called) == "playbook"
    result = ToolMessage('{"count": 42}', tool_call_id=called.tool_calls[0]["id"], name="count")
    message = await stage.ask(QUESTION, called, result)
    assert _speaker(message) == "stand-in"
    assert model_server.refused == []
    await stage.models.aclose()


async def test_the_playbook_goes_on_from_calls_that_the_model_made(
    stage: Stage, model_server: ModelServer
):
    called = await stage.ask(QUESTION)
    assert _speaker(called) == "stand-in"
    model_server.script(Answer(status=401))
    result = ToolMessage('{"count": 42}', tool_call_id=called.tool_calls[0]["id"], name="count")
    message = await stage.ask(QUESTION, called, result)
    assert message.text == "The playbook counted 42."


async def test_calls_get_ids_that_no_other_call_has(stage: Stage):
    # The stand-in numbers the calls of each answer from 0, as some servers do.
    first, second = await stage.ask(QUESTION), await stage.ask(QUESTION)
    assert first.tool_calls[0]["id"] != second.tool_calls[0]["id"]


async def test_a_model_that_ends_without_its_required_tool_is_overruled(
    stage: Stage, model_server: ModelServer
):
    model_server.script(Answer(text="No need to count."))
    message = await stage.ask(QUESTION)
    assert [call["name"] for call in message.tool_calls] == ["count"]
    assert "ended without calling count" in stage.thoughts[0]


async def test_a_model_that_goes_in_circles_is_stopped(stage: Stage, model_server: ModelServer):
    message = await stage.ask(QUESTION, *(COUNTED * 10))
    assert message.text == "The playbook counted 42."
    assert "without coming to an end" in stage.thoughts[0]
    assert model_server.requests == []
