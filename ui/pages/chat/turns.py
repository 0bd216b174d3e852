"""What can be done with a question or an answer: marks in the log, and the data behind them.

The log is Markdown, so a mark is an empty element whose class names the run; `static/chat.js` puts
the buttons there, out of the data.
"""

import json
from collections.abc import Mapping
from typing import Any

from ui.api_models import Feedback
from ui.branches import Branches
from ui.following import Snapshot
from ui.markup import escaped
from ui.transcript import Answer, Item, Question, Transcript


def mark_of(item: Item, last_answers: Mapping[str, str]) -> str:
    """The mark before an item's text; empty for what has no buttons."""
    match item:
        case Question():
            return _mark("asked", item.run_id)
        case Answer() if last_answers.get(item.run_id) == item.id:
            return _mark("answered", item.run_id)
        case _:
            return ""


def _mark(kind: str, run_id: str) -> str:
    return f'<span class="gp-turn gp-{kind} gp-run-{escaped(run_id)}"></span>\n\n'


def last_answers(state: Transcript) -> dict[str, str]:
    """The id of the last answer of each run that has ended."""
    return {
        item.run_id: item.id
        for item in state.items
        if isinstance(item, Answer) and item.run_id in state.ended_runs and item.text.strip()
    }


def turns_html(
    snapshot: Snapshot, branches: Branches, path: list[str], feedback: Mapping[str, Feedback]
) -> str:
    """The data of the runs that are shown."""
    questions = snapshot.questions
    turns: dict[str, dict[str, Any]] = {}
    for run in branches.runs:
        if run.run_id not in path:
            continue
        given = feedback.get(run.run_id)
        is_question = bool(run.kwargs.get("input"))
        turns[run.run_id] = {
            "text": questions.get(run.run_id, "") if is_question else "",
            "may_edit": is_question and snapshot.is_at_rest,
            "versions": branches.versions(run.run_id),
            "score": given.score if given else 0,
            "comment": (given.comment or "") if given else "",
        }
    return f'<div hidden data-turns="{escaped(json.dumps(turns))}"></div>'
