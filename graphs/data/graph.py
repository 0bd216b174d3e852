"""The data agent's graph."""

from graphs.data.playbook import play
from graphs.data.prompts import OPENING, PROMPT, TASK
from graphs.tool_agent import ToolAgent, build_tool_agent
from nodes.call_model import Role
from tools.check_usage_data import check_usage_data
from tools.price_usage import price_usage
from tools.query_usage import query_usage

graph = build_tool_agent(
    ToolAgent(
        name="data",
        role=Role(
            prompt=PROMPT,
            playbook=play,
            tools=(check_usage_data, query_usage, price_usage),
            required_tools=("check_usage_data",),
        ),
        task=TASK,
        opening=OPENING,
    )
)
