"""The chat's entry: small talk at once, cost questions through the specialists in order."""

from itertools import groupby

from graphs.supervisor.graph import graph
from tests.graphs.agent_runs import AgentThread
from tests.standins.model_answers import Answer, ToolUse
from tests.standins.model_server import ModelServer
from tests.standins.ports import MemoryPorts

ANALYSE = "Analyze my AI costs"
ALL_TOOLS = {
    "check_usage_data",
    "query_usage",
    "price_usage",
    "find_anomalies",
    "simulate_savings",
    "project_month",
    "render_report",
}


def _agents_in_order(thread: AgentThread) -> list[str]:
    return [path for path, _ in groupby(thread.paths) if path]


async def test_small_talk_is_answered_at_once(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask("Hello!")
    assert (await thread.last()).text.startswith("Hello!")
    assert thread.tools == []


async def test_a_question_about_itself_is_answered_at_once(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask("What can you do?")
    assert "what could be saved" in (await thread.last()).text
    assert thread.tools == []


async def test_an_analysis_runs_data_then_optimization_then_report(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    assert _agents_in_order(thread) == ["data", "optimization", "report"]
    assert set(thread.tools) == ALL_TOOLS
    assert set(thread.models.values()) == {"playbook"}


async def test_the_analysis_ends_with_the_key_figures_and_the_kept_report(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    last = await thread.last()
    assert last.name == "report"
    assert "1,500 calls to gpt-4o cost $8.20" in last.text
    [(report_id, (user, report, thread_id))] = memory.reports.kept.items()
    assert last.additional_kwargs["report_id"] == str(report_id)
    assert user.tenant_id == "local"
    assert thread_id == thread.thread_id
    assert report.spend.requests == 1500


async def test_only_conclusions_join_the_conversation(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    messages = await thread.messages()
    assert [(message.type, message.name) for message in messages] == [
        ("human", None),
        ("ai", "data"),
        ("ai", "optimization"),
        ("ai", "report"),
    ]
    assert not any(getattr(message, "tool_calls", []) for message in messages)


async def test_every_agent_says_what_it_found(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    said = "\n".join(thread.thoughts)
    assert "I found 1,500 calls to gpt-4o" in said
    assert "All usage together cost $8.20" in said
    assert "The report “AI cost report” is rendered and kept." in said


async def test_a_question_about_spend_needs_the_data_agent_only(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask("How much did each feature cost?")
    assert _agents_in_order(thread) == ["data"]
    answer = (await thread.last()).text
    assert "| chat | 1,000 | $6.00 |" in answer
    assert "| code | 500 | $2.20 |" in answer


async def test_a_second_analysis_on_the_thread_starts_afresh(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    await thread.ask("And again: analyse my costs")
    assert len(memory.reports.kept) == 2
    assert len(await thread.messages()) == 8


async def test_all_figures_of_a_run_rest_on_one_reading_of_the_usage(memory: MemoryPorts):
    thread = AgentThread(graph, memory)
    await thread.ask(ANALYSE)
    assert memory.usage.reads == 1
    await thread.ask(ANALYSE)
    assert memory.usage.reads == 2


async def test_usage_of_another_tenant_is_not_seen(memory: MemoryPorts):
    thread = AgentThread(graph, memory, tenant_id="other")
    await thread.ask(ANALYSE)
    assert await thread.question() is not None


async def test_a_capable_model_does_the_whole_analysis(
    modelled: MemoryPorts, model_server: ModelServer
):
    thread = AgentThread(graph, modelled)
    await thread.ask(ANALYSE)
    assert model_server.refused == []
    assert set(thread.models.values()) == {"stand-in"}
    assert set(thread.tools) == ALL_TOOLS
    assert thread.retractions == 0
    last = await thread.last()
    assert last.text.startswith("As a model I would say:")
    assert "1,500 calls to gpt-4o cost $8.20" in last.text
    assert last.additional_kwargs["report_id"] == str(*modelled.reports.kept)
    assert last.usage_metadata is not None
    assert "I need check_usage_data." in thread.reasoning


async def test_a_model_that_breaks_off_hands_over_to_the_playbook_and_gets_back_in(
    modelled: MemoryPorts, model_server: ModelServer
):
    model_server.script(
        Answer(calls=[ToolUse(name="analyse_costs", arguments={"scope": "analysis"})]),
        Answer(text="First I would like to say a few words.", cut_after=2),
    )
    thread = AgentThread(graph, modelled)
    await thread.ask(ANALYSE)
    assert model_server.refused == []
    assert thread.retractions == 1
    assert any("broke off the connection" in thought for thought in thread.thoughts)
    assert set(thread.models.values()) == {"playbook", "stand-in"}
    assert set(thread.tools) == ALL_TOOLS
    assert (await thread.last()).additional_kwargs["report_id"] == str(*modelled.reports.kept)


async def test_a_model_that_makes_figures_up_is_corrected(
    modelled: MemoryPorts, model_server: ModelServer
):
    model_server.script(Answer(text="You spent $123,456 last month."))
    thread = AgentThread(graph, modelled)
    await thread.ask(ANALYSE)
    messages = await thread.messages()
    assert not any("123,456" in str(message.text) for message in messages)
    assert thread.retractions == 1
