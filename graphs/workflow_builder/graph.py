"""The workflow agent's graph: a model and its tools in a loop, and a question before going live."""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its builder's types open.

from typing import Any, Literal

from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime

from graphs.tool_agent import AgentGraph, error_for_model
from graphs.workflow_builder.playbook import play
from graphs.workflow_builder.prompts import HAS_NONE, HAS_WORKFLOW, OPENING, PROMPT, TASK
from graphs.workflow_builder.state import BuilderState, WorkflowConversation
from nodes.ask_to_activate import ask_to_activate
from nodes.call_model import Role, call_model
from nodes.read_tool_results import latest_by_name
from nodes.workflow_tools import NEEDS_APPROVAL, TOOLS, changed_workflow
from tools.context import AgentContext, context_of

_NAME = "workflow_builder"
_ROLE = Role(prompt=PROMPT, playbook=play, tools=TOOLS)


async def _prepare(state: BuilderState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
    runtime.stream_writer({"thought": OPENING})
    task = TASK.format(state=HAS_WORKFLOW if state.get("workflow") else HAS_NONE)
    return {"work": [RemoveMessage(id=REMOVE_ALL_MESSAGES), HumanMessage(task)]}


async def _call_model(state: BuilderState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
    messages = [*state["messages"], *state["work"]]
    return {"work": [await call_model(_ROLE, messages, runtime)]}


async def _keep(state: BuilderState) -> dict[str, Any]:
    changed = changed_workflow(state["work"])
    return {"workflow": changed} if changed else {}


async def _ask(state: BuilderState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
    workflow = state["workflow"]
    assert workflow is not None
    decided = await ask_to_activate(context_of(runtime), workflow)
    return {"work": [HumanMessage(decided)]}


async def _conclude(state: BuilderState) -> dict[str, Any]:
    last = state["work"][-1]
    # The same id: to whoever follows the stream it is the message that was just said.
    conclusion = AIMessage(
        content=last.content,
        id=last.id,
        name=_NAME,
        additional_kwargs=last.additional_kwargs,
        response_metadata=last.response_metadata,
        usage_metadata=last.usage_metadata if isinstance(last, AIMessage) else None,
    )
    return {"messages": [conclusion]}


def _after_model(state: BuilderState) -> Literal["tools", "conclude"]:
    last = state["work"][-1]
    return "tools" if isinstance(last, AIMessage) and last.tool_calls else "conclude"


def _after_tools(state: BuilderState) -> Literal["ask_to_activate", "call_model"]:
    asked = latest_by_name(state["work"]).get("activate_workflow")
    is_asked = asked is not None and asked.data.get("status") == NEEDS_APPROVAL
    return "ask_to_activate" if is_asked else "call_model"


def _build() -> AgentGraph:
    builder = StateGraph(
        BuilderState,
        context_schema=AgentContext,
        input_schema=WorkflowConversation,
        output_schema=WorkflowConversation,
    )
    tools = ToolNode(list(TOOLS), messages_key="work", handle_tool_errors=error_for_model)
    builder.add_node("prepare", _prepare, metadata={"role": "plumbing"})
    builder.add_node("call_model", _call_model, metadata={"role": "model"})
    builder.add_node("tools", tools, metadata={"role": "tools"})
    builder.add_node("keep_workflow", _keep, metadata={"role": "plumbing"})
    builder.add_node("ask_to_activate", _ask, metadata={"role": "plumbing"})
    builder.add_node("conclude", _conclude, metadata={"role": "plumbing"})
    builder.add_edge(START, "prepare")
    builder.add_edge("prepare", "call_model")
    builder.add_conditional_edges("call_model", _after_model)
    builder.add_edge("tools", "keep_workflow")
    builder.add_conditional_edges("keep_workflow", _after_tools)
    builder.add_edge("ask_to_activate", "call_model")
    builder.add_edge("conclude", END)
    return builder.compile(name=_NAME)


graph = _build()
