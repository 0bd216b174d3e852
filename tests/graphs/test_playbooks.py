"""What agents do without a chat model: whom they hand to, what they look up, what they say."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from graphs.data.playbook import play as play_data
from graphs.optimization.playbook import play as play_optimization
from graphs.report.playbook import play as play_report
from graphs.supervisor.playbook import play as play_supervisor

TASK = HumanMessage("Your part: do it.")


def _scope(text: str) -> str | None:
    calls = play_supervisor([HumanMessage(text)]).calls
    return calls[0].args["scope"] if calls else None


@pytest.mark.parametrize(
    "text",
    [
        "Analyze my AI costs",
        "analyse our LLM spending please",
        "How can I reduce my OpenAI bill?",
        "Where could we save money?",
        "Write the report",
        "Usage grows by half next month: what will it cost, which rate limits break?",
        "Audit all prompt caching for gaps.",
        "Would newly released models suit this set-up?",
        "Make our tools three times faster without spending more.",
        "Hi, can you analyse my costs?",
        "Analysiere meine Kosten",
    ],
)
def test_cost_work_goes_to_all_specialists(text: str):
    assert _scope(text) == "analysis"


@pytest.mark.parametrize(
    "text",
    [
        "How much did I spend on gpt-4o?",
        "Which team used the most tokens?",
        "What was the cost by day?",
        "Wie viel kosten die Modelle? Wieviel Verbrauch?",
    ],
)
def test_one_question_about_spend_goes_to_the_data_agent(text: str):
    assert _scope(text) == "question"


@pytest.mark.parametrize(
    "text",
    ["Hello", "thanks!", "What can you do?", "Which model are you?", "Tell me a joke", ""],
)
def test_everything_else_is_answered_at_once(text: str):
    move = play_supervisor([HumanMessage(text)])
    assert move.calls == ()
    assert "I analyse what you spend" in move.answer


def test_only_the_latest_request_counts():
    messages = [HumanMessage("Analyze my costs"), AIMessage("Done."), HumanMessage("thanks")]
    assert play_supervisor(messages).calls == ()


def _checked() -> ToolMessage:
    return ToolMessage('{"status": "ok", "missing": []}', tool_call_id="1", name="check_usage_data")


@pytest.mark.parametrize(
    ("asked", "dimensions"),
    [
        ("Analyze my AI costs", ["model", "workload"]),
        ("What did each team spend?", ["model", "team"]),
        ("Spend by user and day?", ["model", "user", "day"]),
    ],
)
def test_data_is_grouped_by_what_was_asked(asked: str, dimensions: list[str]):
    move = play_data([HumanMessage(asked), TASK, _checked()])
    assert [call.name for call in move.calls] == ["price_usage"] + ["query_usage"] * len(dimensions)
    assert [call.args["group_by"] for call in move.calls[1:]] == dimensions


@pytest.mark.parametrize(
    ("asked", "growth"),
    [
        ("Usage grows by 50 % next month", 50),
        ("What if we get 30% more usage?", 30),
        ("Expect growth of 12.5 percent", 12.5),
        ("Analyze my AI costs", None),
        ("Cut costs by 20 %", None),
    ],
)
def test_a_growth_that_is_named_is_projected(asked: str, growth: float | None):
    move = play_optimization([HumanMessage(asked), TASK])
    [call] = [call for call in move.calls if call.name == "project_month"]
    assert call.args.get("growth_percent") == growth


@pytest.mark.parametrize("play", [play_data, play_optimization, play_report])
def test_a_tool_that_failed_is_told(play):
    names = {
        play_data: "check_usage_data",
        play_optimization: "find_anomalies",
        play_report: "render_report",
    }
    failed = ToolMessage("It broke. Mend it.", tool_call_id="1", name=names[play], status="error")
    move = play([HumanMessage("Analyze"), TASK, failed])
    assert move.calls == ()
    assert "It broke. Mend it." in move.answer
