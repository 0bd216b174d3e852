"""The optimization agent's graph."""

from graphs.optimization.playbook import play
from graphs.optimization.prompts import OPENING, PROMPT, TASK
from graphs.tool_agent import ToolAgent, build_tool_agent
from nodes.call_model import Role
from tools.find_anomalies import find_anomalies
from tools.project_month import project_month
from tools.simulate_savings import simulate_savings

graph = build_tool_agent(
    ToolAgent(
        name="optimization",
        role=Role(
            prompt=PROMPT,
            playbook=play,
            tools=(find_anomalies, simulate_savings, project_month),
            required_tools=("simulate_savings",),
        ),
        task=TASK,
        opening=OPENING,
    )
)
