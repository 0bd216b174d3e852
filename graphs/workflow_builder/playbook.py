"""What the workflow agent does without a chat model."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage

from graphs.workflow_builder.prompts import HAS_WORKFLOW
from nodes.ask_to_activate import LIVE, NOT_LIVE
from nodes.read_tool_results import ToolResult, latest_by_name
from tools.playbook_model import Move, ToolRequest

_ACTIVATE = re.compile(
    r"\b(activate|go live|make it live|turn it on|switch it on|publish it|start it now)\b", re.I
)
_SAVE = re.compile(r"\b(save|keep) (it|this|that|the (draft|workflow))\b", re.I)
_EXPLAIN = re.compile(r"\b(explain|show (me )?(it|the)|what does it|describe)\b", re.I)
_NEW = re.compile(
    r"\b(new|another|build|create|make) (me )?(an? )?(\w+ )?(workflow|automation)\b", re.I
)
_ASKED = 3


def play(messages: Sequence[BaseMessage]) -> Move:
    """Draft or change, then show it with what is open; save and activate when that is asked."""
    said = [str(message.text) for message in messages if isinstance(message, HumanMessage)]
    if said and said[-1].startswith((LIVE, NOT_LIVE)):
        return Move(answer=said[-1])
    # The last of them is the agent's task, the one before it is what the user asked.
    asked = said[-2] if len(said) > 1 else ""
    latest = latest_by_name(messages)
    if error := next((result.error for result in latest.values() if result.error), None):
        return Move(answer=f"I could not do that: {error}")
    if not latest:
        return _first(asked, has_workflow=said[-1].startswith(HAS_WORKFLOW))
    if "save_draft" in latest:
        return _after_saving(asked, latest["save_draft"])
    return Move(answer=_shown(next(iter(latest.values())).data))


def _first(asked: str, *, has_workflow: bool) -> Move:
    if not has_workflow or _NEW.search(asked):
        return Move(calls=(ToolRequest("draft_workflow", {"prompt": asked}),))
    if _ACTIVATE.search(asked) or _SAVE.search(asked):
        return Move(calls=(ToolRequest("save_draft"),))
    if _EXPLAIN.search(asked):
        return Move(calls=(ToolRequest("explain_workflow"),))
    return Move(calls=(ToolRequest("revise_workflow", {"sentence": asked}),))


def _after_saving(asked: str, saved: ToolResult) -> Move:
    errors = saved.data["errors"]
    if errors:
        listed = "\n".join(f"- {error}" for error in errors)
        return Move(answer=f"The draft is saved. Before it can go live:\n\n{listed}")
    if _ACTIVATE.search(asked):
        return Move(calls=(ToolRequest("activate_workflow"),))
    return Move(answer="The draft is saved. Say “activate it” to let it go live.")


def _shown(data: Mapping[str, Any]) -> str:
    paragraphs = [data["outline"]]
    if data.get("changes") == 0:
        paragraphs = ["I found nothing to change in that.", *paragraphs]
    if data.get("assumptions"):
        listed = "\n".join(f"- {sentence}" for sentence in data["assumptions"])
        paragraphs.append(f"What I took for granted:\n\n{listed}")
    if questions := data.get("questions"):
        listed = "\n".join(f"- {question}" for question in questions[:_ASKED])
        paragraphs.append(f"What I need to know:\n\n{listed}")
    else:
        paragraphs.append("Tell me what to change, or say “save it” or “activate it”.")
    return "\n\n".join(paragraphs)
