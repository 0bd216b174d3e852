"""What the supervisor does without a chat model: it goes by words."""

import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from tools.playbook_model import Move, ToolRequest

_COSTS = re.compile(
    r"\b(cost\w*|spen[dt]\w*|usage|used|tokens?|bill\w*|invoice\w*|budget\w*|expens\w+|cheap\w*|"
    r"pric\w+|kosten|ausgaben|verbrauch)\b",
    re.IGNORECASE,
)
_ANALYSIS = re.compile(
    r"\b(analy\w+|report\w*|sav(e|es|ing|ings)|optimi\w+|reduc\w+|cut|lower\w*|anomal\w+|"
    r"project\w*|forecast\w*|audit\w*|grow\w*|less|spar\w+|bericht)\b",
    re.IGNORECASE,
)
#: What cost analyses are about too, unless it is asked about ourselves.
_RELATED = re.compile(
    r"\b(models?|cach\w+|latency|faster|slow\w*|rate limits?|batch\w*|prompts?|upgrade\w*)\b",
    re.IGNORECASE,
)
_ABOUT_US = re.compile(r"\b(are|can|do|is) (you|your)\b|\byour\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"\b(how (much|many)|what (did|was|were|is|are)|which|who|when|list|show|wie ?viel)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|hallo|moin|thanks?|thank you|danke)\b",
    re.IGNORECASE,
)

_WORKFLOW = re.compile(
    r"\b(workflows?|automat\w+|zap)\b|\b(when(ever)?|as soon as|every|each time|if|jab|agar)\b.*"
    r"\b(send|post|e-?mail|notify|message|whatsapp|add|append|create|refund|alert|remind|bhejo)\b"
    r"|\b(send|post|e-?mail|notify|add)\b.*\b(when(ever)?|every) ",
    re.IGNORECASE | re.DOTALL,
)
#: Who spoke last where a workflow is talked about.
_BUILDER = "workflow_builder"

_ABILITIES = (
    "I analyse what you spend on AI models: which usage there is, what it cost and where it went, "
    "which days stand out, what could be saved and what a month will cost, with a report you can "
    "download. I also build workflows: say what is to happen when. Ask me to “analyse my AI costs” "
    "to begin."
)


def play(messages: Sequence[BaseMessage]) -> Move:
    """Hand cost questions over; say what this is for to everything else."""
    asked = next(
        (str(message.text) for message in reversed(messages) if isinstance(message, HumanMessage)),
        "",
    )
    if _is_about_workflow(messages, asked):
        return Move(calls=(ToolRequest("build_workflow"),))
    wants_analysis = _ANALYSIS.search(asked) is not None
    if _COSTS.search(asked):
        is_question = _QUESTION.search(asked) is not None and not wants_analysis
        return _hand_over("question" if is_question else "analysis")
    is_related = wants_analysis or _RELATED.search(asked) is not None
    if is_related and not _ABOUT_US.search(asked) and not _GREETING.search(asked):
        return _hand_over("analysis")
    if _GREETING.search(asked):
        return Move(answer=f"Hello! {_ABILITIES}")
    return Move(answer=f"{_ABILITIES} Other questions need a chat model, which is not in use now.")


def _is_about_workflow(messages: Sequence[BaseMessage], asked: str) -> bool:
    """Whether something is to be automated, or the talk about a workflow goes on."""
    if _WORKFLOW.search(asked):
        return True
    answers = [message for message in messages if isinstance(message, AIMessage)]
    goes_on = bool(answers) and answers[-1].name == _BUILDER
    return goes_on and not _COSTS.search(asked) and not _GREETING.search(asked)


def _hand_over(scope: str) -> Move:
    return Move(calls=(ToolRequest("analyse_costs", {"scope": scope}),))
