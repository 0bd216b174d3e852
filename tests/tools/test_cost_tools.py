"""The agents' tools give JSON data and say what they found; without usage they say that."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolRuntime

from domain.costs.facts import UsageFacts
from tests.standins.ports import MemoryPorts, example_facts
from tools.check_usage_data import check_usage_data
from tools.context import AgentContext
from tools.find_anomalies import find_anomalies
from tools.price_usage import price_usage
from tools.project_month import project_month
from tools.query_usage import query_usage
from tools.render_report import render_report
from tools.simulate_savings import simulate_savings

ALL = [
    check_usage_data,
    query_usage,
    price_usage,
    find_anomalies,
    simulate_savings,
    project_month,
    render_report,
]


class Desk:
    """Where a tool is called: with usage or without."""

    def __init__(self, facts: UsageFacts | None) -> None:
        self.memory = MemoryPorts()
        if facts is not None:
            self.memory.usage.facts_by_tenant["local"] = facts
        self.thoughts: list[str] = []
        self.thread_id = uuid4()

    async def call(self, tool: BaseTool, **args: Any) -> dict[str, Any]:
        runtime = ToolRuntime(
            state={},
            context=AgentContext(ports=self.memory.ports()),
            config={"configurable": {"thread_id": str(self.thread_id)}},
            stream_writer=lambda part: self.thoughts.append(part["thought"]),
            tool_call_id="call_1",
            store=None,
        )
        arguments = {**args, "runtime": runtime}
        call = {"type": "tool_call", "id": "call_1", "name": tool.name, "args": arguments}
        message = await tool.ainvoke(call)
        assert isinstance(message, ToolMessage)
        return json.loads(str(message.text))


@pytest.fixture
def desk() -> Desk:
    return Desk(example_facts())


@pytest.mark.parametrize("tool", ALL)
async def test_without_usage_every_tool_says_so(tool: BaseTool):
    desk = Desk(None)
    assert (await desk.call(tool))["status"] == "no_usage"
    assert desk.memory.reports.kept == {}


@pytest.mark.parametrize("tool", ALL)
def test_models_see_neither_the_runtime_nor_the_user(tool: BaseTool):
    schema = tool.tool_call_schema.model_json_schema()  # pyright: ignore[reportAttributeAccessIssue]
    assert not {"runtime", "user", "tenant_id"} & schema.get("properties", {}).keys()
    assert tool.description


async def test_check_tells_what_there_is_and_what_is_missing(desk: Desk):
    found = await desk.call(check_usage_data)
    assert found["request_count"] == 1500
    assert found["period"] == "16 May 2024, 18:15 to 19:14 UTC"
    assert "end_user" in [gap["field"] for gap in found["missing"]]
    assert desk.thoughts == [
        "I found 1,500 calls to gpt-4o (16 May 2024, 18:15 to 19:14 UTC), all of them priced."
    ]


async def test_query_groups_and_limits(desk: Desk):
    found = await desk.call(query_usage, group_by="workload", limit=1)
    assert found["line_count"] == 2
    assert [line["label"] for line in found["lines"]] == ["chat"]
    # 6.00 of 8.20 USD.
    assert found["lines"][0]["share"] == "0.731707"
    assert desk.thoughts == ["By workload, most is spent on chat: $6.00, 73.2 % of all."]


async def test_query_by_day_names_days(desk: Desk):
    found = await desk.call(query_usage, group_by="day")
    assert [line["day"] for line in found["lines"]] == ["2024-05-16"]


async def test_price_totals_exactly(desk: Desk):
    found = await desk.call(price_usage)
    assert found["total_usd"] == "8.200000"
    assert found["total"] == "$8.20"
    assert desk.thoughts == ["All usage together cost $8.20, which is $0.0055 a call."]


async def test_anomalies_need_days(desk: Desk):
    found = await desk.call(find_anomalies)
    assert found["sufficiency"] == "insufficient"
    assert desk.thoughts == [found["reason"]]


async def test_savings_come_as_a_plan_of_six_measures(desk: Desk):
    found = await desk.call(simulate_savings)
    assert found["baseline_usd"] == "8.200000"
    assert [measure["number"] for measure in found["measures"]] == [1, 2, 3, 4, 5, 6]
    assert len(desk.thoughts) == 1


async def test_growth_reaches_the_projection(desk: Desk):
    found = await desk.call(project_month, growth_percent=50)
    assert found["growth"] == "0.500000"


async def test_the_report_is_kept_with_its_thread_and_referred_to(desk: Desk):
    found = await desk.call(render_report, title="May")
    [(report_id, (_, report, thread_id))] = desk.memory.reports.kept.items()
    assert UUID(found["report_id"]) == report_id
    assert thread_id == desk.thread_id
    assert report.title == found["title"] == "May"
    assert found["markdown"].startswith("# May")
    assert found["headline"][0]["value"] == "$8.20"
    assert found["summary"][0].startswith("1,500 calls to gpt-4o cost $8.20")
