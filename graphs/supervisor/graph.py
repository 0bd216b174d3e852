"""The supervisor's graph: understand, then data → optimization → report, or workflows.

The order of the specialists is wired, not decided by a model. After an analysis the last message
is the report agent's; its `additional_kwargs["report_id"]` names the kept report
(`GET /reports/{id}`), and so does the result of the tool `render_report`.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its builder's types open.

from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from graphs.data.graph import graph as data
from graphs.optimization.graph import graph as optimization
from graphs.report.graph import graph as report
from graphs.supervisor.playbook import play
from graphs.supervisor.prompts import PROMPT
from graphs.supervisor.state import SupervisorState
from graphs.tool_agent import AgentGraph, Conversation
from graphs.workflow_builder.graph import graph as workflow_builder
from nodes.call_model import Role, call_model
from tools.analyse_costs import analyse_costs
from tools.build_workflow import build_workflow
from tools.context import AgentContext

_ROLE = Role(prompt=PROMPT, playbook=play, tools=(analyse_costs, build_workflow))

_PLANS = {
    "analysis": (
        "This asks for a cost analysis: the data agent checks the usage, the optimization agent "
        "looks for savings, then the report agent writes it up."
    ),
    "question": "This is a question about spend, so the data agent looks it up.",
    "workflow": "This is about a workflow, so the workflow agent takes it.",
}


async def _understand(state: SupervisorState, runtime: Runtime[AgentContext]) -> dict[str, Any]:
    message = await call_model(_ROLE, state["messages"], runtime)
    if not message.tool_calls:
        return {"messages": [message], "scope": None}
    # The call is acted on by the edges below; it stays out of the conversation.
    call = message.tool_calls[0]
    scope = "workflow" if call["name"] == build_workflow.name else call["args"]["scope"]
    runtime.stream_writer({"thought": _PLANS[scope]})
    return {"scope": scope}


def _after_understanding(
    state: SupervisorState,
) -> Literal["data", "workflow_builder", "__end__"]:
    if state.get("scope") == "workflow":
        return "workflow_builder"
    return "data" if state.get("scope") else "__end__"


def _after_data(state: SupervisorState) -> Literal["optimization", "__end__"]:
    return "optimization" if state.get("scope") == "analysis" else "__end__"


def _build() -> AgentGraph:
    builder = StateGraph(
        SupervisorState,
        context_schema=AgentContext,
        input_schema=Conversation,
        output_schema=Conversation,
    )
    builder.add_node("understand", _understand, metadata={"role": "model"})
    builder.add_node("data", data, metadata={"agent": "data", "title": "Data"})
    builder.add_node(
        "optimization", optimization, metadata={"agent": "optimization", "title": "Optimization"}
    )
    builder.add_node("report", report, metadata={"agent": "report", "title": "Report"})
    builder.add_node(
        "workflow_builder",
        workflow_builder,
        metadata={"agent": "workflow_builder", "title": "Workflow builder"},
    )
    builder.add_edge(START, "understand")
    builder.add_conditional_edges("understand", _after_understanding)
    builder.add_conditional_edges("data", _after_data)
    builder.add_edge("optimization", "report")
    builder.add_edge("report", END)
    builder.add_edge("workflow_builder", END)
    return builder.compile(name="supervisor")


graph = _build()
