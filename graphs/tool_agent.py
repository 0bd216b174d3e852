"""Wires an agent: a model and its tools in a loop, and a question when there is no usage.

`messages` is the conversation, shared with the graph around it; the loop's tool calls and results
stay in `work`, which is the agent's own and starts empty. Only the conclusion joins `messages`.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its builder's types open.

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolInvocationError
from langgraph.runtime import Runtime

from domain.errors import Conflict, InvalidInput, NotFound
from nodes.ask_for_usage import ask_for_usage
from nodes.call_model import Role, call_model
from nodes.read_tool_results import lacks_usage, latest_by_name
from tools.context import AgentContext, context_of

AgentGraph = CompiledStateGraph[Any, AgentContext, Any, Any]


class Conversation(TypedDict):
    """What an agent is given and gives back."""

    messages: Annotated[list[AnyMessage], add_messages]


class AgentState(Conversation):
    """An agent at work."""

    work: Annotated[list[AnyMessage], add_messages]
    #: Why the user's last answer to the question for usage was of no use.
    refusal: str | None


@dataclass(frozen=True, slots=True)
class ToolAgent:
    """What makes one agent different from another."""

    name: str
    role: Role
    #: What the agent is asked to do with the conversation.
    task: str
    #: The first sentence of its reasoning.
    opening: str


def build_tool_agent(agent: ToolAgent) -> AgentGraph:
    """The compiled graph of an agent; whoever runs it gives the checkpointer."""
    builder = StateGraph(
        AgentState,
        context_schema=AgentContext,
        input_schema=Conversation,
        output_schema=Conversation,
    )
    tools = ToolNode(
        list(agent.role.tools), messages_key="work", handle_tool_errors=error_for_model
    )
    builder.add_node("prepare", _prepare(agent), metadata={"role": "plumbing"})
    builder.add_node("call_model", _call_model(agent), metadata={"role": "model"})
    builder.add_node("tools", tools, metadata={"role": "tools"})
    builder.add_node("ask_for_usage", _ask_for_usage, metadata={"role": "plumbing"})
    builder.add_node("conclude", _conclude(agent), metadata={"role": "plumbing"})
    builder.add_edge(START, "prepare")
    builder.add_edge("prepare", "call_model")
    builder.add_conditional_edges("call_model", _after_model)
    builder.add_conditional_edges("tools", _after_tools)
    builder.add_conditional_edges("ask_for_usage", _after_question)
    builder.add_edge("conclude", END)
    return builder.compile(name=agent.name)


def _prepare(agent: ToolAgent):
    async def prepare(state: AgentState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
        runtime.stream_writer({"thought": agent.opening})
        task = HumanMessage(agent.task)
        return {"work": [RemoveMessage(id=REMOVE_ALL_MESSAGES), task], "refusal": None}

    return prepare


def _call_model(agent: ToolAgent):
    async def think(state: AgentState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
        messages = [*state["messages"], *state["work"]]
        return {"work": [await call_model(agent.role, messages, runtime)]}

    return think


async def _ask_for_usage(state: AgentState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
    refusal = await ask_for_usage(context_of(runtime), state.get("refusal"))
    if refusal is not None:
        runtime.stream_writer({"thought": refusal})
        return {"refusal": refusal}
    runtime.stream_writer({"thought": "Now there is usage, so I go on with it."})
    return {"refusal": None, "work": [HumanMessage("There is usage now. Go on with your task.")]}


def _conclude(agent: ToolAgent):
    async def conclude(state: AgentState) -> dict[str, Any]:
        last = state["work"][-1]
        report = latest_by_name(state["work"]).get("render_report")
        extra: dict[str, Any] = dict(last.additional_kwargs)
        if report and "report_id" in report.data:
            extra["report_id"] = report.data["report_id"]
        # The same id: to whoever follows the stream it is the message that was just said.
        conclusion = AIMessage(
            content=last.content,
            id=last.id,
            name=agent.name,
            additional_kwargs=extra,
            response_metadata=last.response_metadata,
            usage_metadata=last.usage_metadata if isinstance(last, AIMessage) else None,
        )
        return {"messages": [conclusion]}

    return conclude


def _after_model(state: AgentState) -> Literal["tools", "conclude"]:
    last = state["work"][-1]
    return "tools" if isinstance(last, AIMessage) and last.tool_calls else "conclude"


def _after_tools(state: AgentState) -> Literal["ask_for_usage", "call_model"]:
    return "ask_for_usage" if lacks_usage(state["work"]) else "call_model"


def _after_question(state: AgentState) -> Literal["ask_for_usage", "call_model"]:
    return "ask_for_usage" if state.get("refusal") else "call_model"


def error_for_model(error: ToolInvocationError | InvalidInput | NotFound | Conflict) -> str:
    """What a model can do something about; anything else ends the run."""
    return str(error)
