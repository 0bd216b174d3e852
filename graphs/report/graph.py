"""The report agent's graph."""

from graphs.report.playbook import play
from graphs.report.prompts import OPENING, PROMPT, TASK
from graphs.tool_agent import ToolAgent, build_tool_agent
from nodes.call_model import Role
from tools.render_report import render_report

graph = build_tool_agent(
    ToolAgent(
        name="report",
        role=Role(
            prompt=PROMPT,
            playbook=play,
            tools=(render_report,),
            required_tools=("render_report",),
        ),
        task=TASK,
        opening=OPENING,
    )
)
