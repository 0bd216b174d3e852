"""What the report agent does without a chat model."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from nodes.read_tool_results import latest_by_name
from tools.playbook_model import Move, ToolRequest


def play(messages: Sequence[BaseMessage]) -> Move:
    """Render the report, then say its summary."""
    report = latest_by_name(messages).get("render_report")
    if report is None:
        return Move(calls=(ToolRequest("render_report"),))
    if report.error:
        return Move(answer=f"The report could not be rendered: {report.error}")
    return Move(answer=_closing(report.data))


def _closing(report: Mapping[str, Any]) -> str:
    sentences = "\n".join(f"- {sentence}" for sentence in report["summary"])
    paragraphs = [f"**{report['title']}**", sentences]
    if report["next_actions"]:
        paragraphs.append(f"**Next**: {report['next_actions'][0]}")
    paragraphs.append("The full report, with all tables and assumptions, is beside the chat.")
    return "\n\n".join(paragraphs)
