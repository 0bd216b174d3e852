"""Agents use the tasks of integrations as tools, as far as they may."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from domain.identity import UserContext
from domain.revealed_secrets import Revealed
from tests.standins.http_server import running_http_server
from tests.standins.slack_server import ORDERS, TOKEN, SlackServer
from tests.tools.integrations.calls import USER, Calls, open_calls
from tools.context import AgentContext
from tools.integration_tools import ToolAccess, integration_tools
from tools.registry import shipped_integrations

CONNECTION = uuid4()


class Connections:
    """One connection to Slack."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def reveal(self, user: UserContext, connection_id: UUID) -> Revealed:
        assert (user.user_id, connection_id) == (USER.user_id, CONNECTION)
        return Revealed("slack", {"base_url": self.url}, {"bot_token": TOKEN})


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with running_http_server(kind=SlackServer) as running:
        assert isinstance(running, SlackServer)
        yield running


@pytest.fixture
async def calls(server: SlackServer) -> AsyncIterator[Calls]:
    async with open_calls() as opened:
        ports = replace(opened.ports, credentials=Connections(server.url))
        yield Calls(ports, opened.files, opened.starter)


async def used(calls: Calls, access: ToolAccess, tool: str, **arguments: Any) -> Any:
    """The message that an agent's call of a tool comes to."""
    service = shipped_integrations().get(tool.partition("_")[0])
    tools = integration_tools(service, access)
    graph = StateGraph(MessagesState, context_schema=AgentContext)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    asked = AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": "call_1"}])
    context = AgentContext(USER.user_id, USER.tenant_id, calls.ports)
    config: Any = {"configurable": {"thread_id": str(uuid4())}}
    state: Any = await graph.compile().ainvoke({"messages": [asked]}, config, context=context)
    message = state["messages"][-1]
    assert isinstance(message, ToolMessage)
    return message


def names(service: str, access: ToolAccess) -> list[str]:
    return [tool.name for tool in integration_tools(shipped_integrations().get(service), access)]


def test_an_agent_reads_only_unless_more_is_allowed() -> None:
    connections = {"razorpay": CONNECTION}
    assert names("razorpay", ToolAccess(connections)) == ["razorpay_fetch_payment"]
    more = ToolAccess(connections, frozenset({"razorpay.refund"}))
    assert names("razorpay", more) == ["razorpay_refund"]
    assert names("razorpay", ToolAccess()) == []
    assert names("timer", ToolAccess(tasks=frozenset({"timer.wait_for"}))) == []


async def test_a_tool_calls_the_service_with_the_users_connection(
    calls: Calls, server: SlackServer
) -> None:
    access = ToolAccess({"slack": CONNECTION}, frozenset({"slack.post_message"}))
    message = await used(calls, access, "slack_post_message", channel=ORDERS, text="Paid")
    [posted] = server.messages[ORDERS]
    assert json.loads(message.content) == {"ts": posted["ts"], "channel": ORDERS}
    assert posted["text"] == "Paid"


async def test_inner_parameters_arrive_as_they_were_given(calls: Calls) -> None:
    access = ToolAccess(tasks=frozenset({"file.write_table"}))
    rows = [{"Name": "Asha", "Amount": 499}]
    message = await used(calls, access, "file_write_table", name="a", rows=rows)
    file = await calls.files.read(USER, UUID(json.loads(message.content)["file_id"]))
    assert file.content == b"Name,Amount\r\nAsha,499\r\n"


async def test_a_refusal_is_read_by_the_agent(calls: Calls) -> None:
    access = ToolAccess({"slack": CONNECTION}, frozenset({"slack.post_message"}))
    message = await used(calls, access, "slack_post_message", channel="C404", text="Hi")
    assert message.status == "error"
    assert "channel_not_found" in message.content


def test_a_model_sees_the_parameters_and_nothing_else() -> None:
    access = ToolAccess(tasks=frozenset({"file.write_text"}))
    [tool] = integration_tools(shipped_integrations().get("file"), access)
    schema: Any = tool.tool_call_schema
    assert set(schema.model_json_schema()["properties"]) == {"name", "text"}
