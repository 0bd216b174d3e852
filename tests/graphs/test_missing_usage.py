"""Without usage an agent asks for some, checks the answer, and goes on where it stopped."""

from uuid import uuid4

import pytest

from graphs.data.graph import graph as data
from graphs.optimization.graph import graph as optimization
from graphs.report.graph import graph as report
from graphs.supervisor.graph import graph as supervisor
from graphs.tool_agent import AgentGraph
from tests.graphs.agent_runs import AgentThread
from tests.standins.model_server import ModelServer
from tests.standins.ports import MemoryPorts, example_facts
from tools.chat_model import ChatModels
from tools.model_settings import ModelSettings

ANALYSE = "Analyze my AI costs"


async def _asked(memory: MemoryPorts, graph: AgentGraph = supervisor) -> AgentThread:
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    return thread


async def _message(thread: AgentThread) -> str:
    question = await thread.question()
    assert question is not None
    return question.value["message"]


async def test_the_question_says_what_is_missing_and_how_to_provide_it(empty_memory: MemoryPorts):
    question = await (await _asked(empty_memory)).question()
    assert question is not None
    assert question.value["kind"] == "usage_needed"
    assert "Nothing has been imported yet" in question.value["message"]
    assert any("LiteLLM" in name for name in question.value["accepted_formats"])
    assert [action["id"] for action in question.value["actions"]] == ["upload", "use_sample"]
    assert isinstance(question.response_schema, dict)
    required = [choice["required"] for choice in question.response_schema["oneOf"]]
    assert required == [["import_id"], ["use_sample"]]


async def test_nothing_is_imported_before_the_answer(empty_memory: MemoryPorts):
    thread = await _asked(empty_memory)
    assert thread.tools == ["check_usage_data"]
    assert empty_memory.samples.imported == []


async def test_with_the_sample_the_analysis_goes_on_to_its_report(empty_memory: MemoryPorts):
    thread = await _asked(empty_memory)
    await thread.answer({"use_sample": True, "model": "gpt-4o-mini"})
    assert empty_memory.samples.imported == [("local", "gpt-4o-mini")]
    assert await thread.question() is None
    assert await thread.next_nodes() == ()
    assert "1,500 calls to gpt-4o-mini" in (await thread.last()).text
    assert len(empty_memory.reports.kept) == 1


async def test_the_sample_needs_no_model_named(empty_memory: MemoryPorts):
    thread = await _asked(empty_memory)
    await thread.answer({"use_sample": True})
    assert empty_memory.samples.imported == [("local", "gpt-4o")]


async def test_after_an_upload_the_analysis_goes_on(empty_memory: MemoryPorts):
    thread = await _asked(empty_memory)
    empty_memory.usage.facts_by_tenant["local"] = example_facts()
    await thread.answer({"import_id": str(uuid4())})
    assert await thread.question() is None
    assert len(empty_memory.reports.kept) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"import_id": str(uuid4())}, "There is still no usage after that import"),
        ({"import_id": "my-file.csv"}, "import_id: Input should be a valid UUID"),
        ({"use_sample": False}, "use_sample: Input should be True"),
        ({"use_sample": True, "size": 3}, "size: Extra inputs are not permitted"),
        ({"use_sample": True, "model": "no-such-model"}, "There is no price for no-such-model"),
        ("yes, please", 'send {"import_id"'),
        ({}, 'send {"import_id"'),
        (None, 'send {"import_id"'),
    ],
)
async def test_an_unusable_answer_is_asked_again_with_the_reason(
    empty_memory: MemoryPorts, answer: object, reason: str
):
    thread = await _asked(empty_memory)
    first = await thread.question()
    await thread.answer(answer)
    second = await thread.question()
    assert first is not None
    assert second is not None
    assert second.id != first.id
    assert reason in await _message(thread)
    await thread.answer({"use_sample": True})
    assert await thread.question() is None
    assert len(empty_memory.reports.kept) == 1


async def test_who_asks_something_else_instead_is_answered(empty_memory: MemoryPorts):
    thread = await _asked(empty_memory)
    await thread.ask("Hello!")
    assert await thread.question() is None
    assert (await thread.last()).text.startswith("Hello!")


@pytest.mark.parametrize("graph", [data, optimization, report])
async def test_each_specialist_asks_by_itself_too(graph: AgentGraph, empty_memory: MemoryPorts):
    thread = await _asked(empty_memory, graph)
    assert await thread.question() is not None
    await thread.answer({"use_sample": True})
    assert await thread.next_nodes() == ()
    assert (await thread.last()).text


async def test_a_model_asks_the_same_way(empty_memory: MemoryPorts, model_server: ModelServer):
    empty_memory.models = ChatModels(
        ModelSettings(model="stand-in", base_url=model_server.base_url)
    )
    thread = await _asked(empty_memory)
    assert await thread.question() is not None
    await thread.answer({"use_sample": True})
    assert set(thread.models.values()) == {"stand-in"}
    assert len(empty_memory.reports.kept) == 1
    assert model_server.refused == []
    await empty_memory.models.aclose()
