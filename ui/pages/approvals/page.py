"""The Approvals page: everything that waits for the reader's decision, and how it was settled."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import gradio as gr

from ui.api_client import ApiError
from ui.approvals_client import Approval, Approvals, ChatQuestion
from ui.callers import action_of, client_for, query_value
from ui.form_html import sent_values
from ui.forms import FormError, answer_of, changes_of, fields_of_values, forms_of
from ui.markup import counted, live, notice, skeleton
from ui.pages import shell
from ui.pages.approvals import views
from ui.pages.approvals.views import Show
from ui.pages.shell import QUIET, Update

#: How often an open page looks for what is new, in seconds.
_LOOK_S: Final = 10
_SAID: Final = {
    "approved": "Approved. The workflow goes on.",
    "rejected": "Rejected. The workflow goes on with that.",
    "open": "Your vote counts. It waits for the others now.",
}


@dataclass(frozen=True, slots=True)
class ApprovalsParts:
    """The components that handlers write to."""

    foot: gr.HTML
    head: gr.HTML
    tabs: gr.HTML
    result: gr.HTML
    entries: gr.HTML


def build_approvals(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    with shell.page("Approvals", root, views.heading(shell.menu_button(), "…")) as frame:
        tabs = live(name="gp-approval-tabs")
        result = live(name="gp-approval-result")
        entries = live(skeleton(6), name="gp-approvals")
    parts = ApprovalsParts(frame.foot, frame.head, tabs, result, entries)
    handlers = ApprovalsHandlers(api_url, parts)
    lists = [parts.head, parts.tabs, parts.entries]
    blocks.load(handlers.load, outputs=[*lists, parts.foot], **QUIET)
    gr.Timer(_LOOK_S).tick(handlers.look, outputs=lists, **QUIET)
    entries.action(handlers.act, outputs=[*lists, result], **QUIET)


class ApprovalsHandlers:
    """The page's handlers over the API; they keep nothing between calls."""

    def __init__(self, api_url: str, parts: ApprovalsParts) -> None:
        self._api_url = api_url
        self._parts = parts

    async def load(self, request: gr.Request) -> Update:
        """Everything the page shows."""
        foot, lists = await asyncio.gather(
            shell.foot(client_for(self._api_url, request)), self.look(request)
        )
        return {**lists, self._parts.foot: foot}

    async def look(self, request: gr.Request) -> Update:
        """What waits, and what is listed."""
        kept, parts = Approvals(client_for(self._api_url, request)), self._parts
        show = views.as_show(query_value(request, "show"))
        try:
            mine, questions, other = await asyncio.gather(
                kept.listed("approver", "open"),
                kept.questions(),
                _others(kept, show),
            )
        except ApiError as error:
            return {parts.entries: notice(str(error))}
        waiting = len(mine) + len(questions)
        line = f"{counted(waiting, 'waits', 'wait')} for you" if waiting else "Nothing waits"
        if show == "mine":
            listed = views.entries(show, mine, questions, query_value(request, "id"))
        else:
            listed = views.entries(show, other, (), query_value(request, "id"))
        return {
            parts.head: views.heading(shell.menu_button(), line),
            parts.tabs: views.tabs(show, {"mine": waiting}),
            parts.entries: listed,
        }

    async def act(self, request: gr.Request, event: gr.EventData) -> Update:
        """A vote, or an answer to an agent."""
        data, parts = action_of(event), self._parts
        kept = Approvals(client_for(self._api_url, request))
        try:
            match data.get("action"):
                case "vote":
                    said = await _vote(kept, data)
                case "answer":
                    said = await _answer(kept, data)
                case _:
                    return {parts.result: ""}
        except (ApiError, FormError) as error:
            return {parts.result: notice(str(error))}
        return await self.look(request) | {parts.result: views.said(said)}


async def _others(kept: Approvals, show: Show) -> list[Approval]:
    """What a list besides the reader's own shows, newest first."""
    if show == "asked":
        return await kept.listed("owner", "open")
    if show == "settled":
        voted, asked = await asyncio.gather(
            kept.listed("approver", "closed"), kept.listed("owner", "closed")
        )
        once = {each.approval_id: each for each in (*voted, *asked)}
        return sorted(once.values(), key=lambda each: each.created_at, reverse=True)
    return []


async def _vote(kept: Approvals, data: Mapping[str, str]) -> str:
    approval = await kept.one(data.get("id", ""))
    decision = data.get("decision", "")
    edits = {}
    if decision == "approved":
        given = sent_values(fields_of_values(approval.editable), data)
        edits = changes_of(approval.editable, given)
    status = await kept.vote(approval.approval_id, decision, data.get("comment", "").strip(), edits)
    return _SAID.get(status, f"It is {status}.")


async def _answer(kept: Approvals, data: Mapping[str, str]) -> str:
    asked = await kept.questions()
    question = next((each for each in asked if each.interrupt_id == data.get("id")), None)
    if question is None:
        return "This was answered already."
    await kept.answer(question.thread_id, question.interrupt_id, _value(question, data))
    return "Your answer is on its way. The agent goes on."


def _value(question: ChatQuestion, data: Mapping[str, str]) -> object:
    forms = [form for form in forms_of(question.response_schema) if not views.wants_file(form)]
    form = forms[int(data.get("form", "0"))]
    return answer_of(form, sent_values(form.fields, data))
